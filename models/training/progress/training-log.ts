/** The log of a training: a JSON line a report, kept with the checkpoints and published in the artefact, and its picture. */
import type { TrainProgress } from '../trainer.ts';

/** A line of `training.jsonl`. */
export interface LogLine {
  step: number;
  epoch: number;
  loss: number;
  learningRate: number;
  gradientNorm: number;
  windowsPerSecond: number;
  batchShare: number;
  /** ISO 8601. */
  time: string;
  validation?: Record<string, number>;
  isBest?: boolean;
}

export function logLine(progress: TrainProgress, time: string): string {
  const { step, epoch, loss, learningRate, gradientNorm, windowsPerSecond, batchShare, validation, isBest } = progress;
  const line: LogLine = {
    step,
    epoch: round(epoch),
    loss: round(loss),
    learningRate: round(learningRate),
    gradientNorm: round(gradientNorm),
    windowsPerSecond: round(windowsPerSecond),
    batchShare: round(batchShare),
    time,
    validation:
      validation && Object.fromEntries(Object.entries(validation).map(([name, value]) => [name, round(value)])),
    isBest,
  };
  return JSON.stringify(line);
}

/** For a person: `epoch 1.25, loss 0.2310, validation 0.2412, 220 windows/s, 3 min left`. */
export function describeProgress(progress: TrainProgress, selectBy: string): string {
  const { epoch, loss, validation, isBest, windowsPerSecond, secondsLeft } = progress;
  const held = validation ? [`validation ${validation[selectBy].toFixed(4)}${isBest ? ' (best)' : ''}`] : [];
  return [
    `epoch ${epoch.toFixed(2)}`,
    `loss ${loss.toFixed(4)}`,
    ...held,
    `${windowsPerSecond.toPrecision(3)} windows/s`,
    `${describeSeconds(secondsLeft)} left`,
  ].join(', ');
}

export function describeSeconds(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

function round(value: number): number {
  return Number(value.toPrecision(6));
}
