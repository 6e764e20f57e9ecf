/**
 * Trains any network (`trainable.ts`) on the TensorFlow engine: AdamW, warm-up and cosine, clipping, averages of the
 * weights; the averaged weights that do best on the validation examples are the result.
 *
 * A training that is stopped at any step and goes on from its last snapshot gives the same weights, to the bit, as one
 * that was never stopped (same engine): everything that happens at a step is a function of the state before it.
 */
import type * as tfjs from '@tensorflow/tfjs';
import { seededRandom } from '../../src/domain/random.ts';
import { KernelcastError } from '../../src/errors.ts';
import type { TensorFlowModule } from '../engine/tensorflow-backend.ts';
import type { Weights } from '../weights/safetensors.ts';
import type { ExampleSet } from './data/example-set.ts';
import { learningRateAt } from './optimizer/schedule.ts';
import { trainStep } from './optimizer/train-step.ts';
import { type Best, type Snapshot, TrainingState } from './progress/training-state.ts';
import type { Measures, Sum, Trainable } from './trainable.ts';
import type { TrainingSettings } from './training-config.ts';

export interface TrainOptions<Unit, Batch> {
  network: Trainable<Unit, Batch>;
  training: Pick<ExampleSet<Unit>, 'size' | 'shuffled'>;
  validation: ExampleSet<Unit>;
  settings: TrainingSettings;
  /** Where to begin: `freshSnapshot`, or a checkpoint. */
  start: Snapshot;
  onProgress: (progress: TrainProgress) => void;
  /** Called when there is time for it: keeps what `snapshot` gives, or not. */
  checkpoint?: (step: number, snapshot: () => Snapshot) => Promise<void>;
  /** Ends the training after the step that is under way. */
  signal?: AbortSignal;
  /** Milliseconds; for speeds only. */
  now?: () => number;
}

export interface TrainProgress {
  step: number;
  steps: number;
  /** Passes through the training examples. */
  epoch: number;
  /** Mean of the network's loss since the last report. */
  loss: number;
  learningRate: number;
  /** Before clipping, at this step. */
  gradientNorm: number;
  /** Examples trained on each second since the last report. */
  windowsPerSecond: number;
  /** The share of that time which went into making the batches; the rest is the network's. */
  batchShare: number;
  secondsLeft: number;
  /** Of the averaged weights; present after a validation. */
  validation?: Record<string, number>;
  /** Whether that validation is the best so far. */
  isBest?: boolean;
}

export interface TrainResult {
  /** `stopped`: by the signal. */
  outcome: 'finished' | 'no-longer-better' | 'stopped';
  step: number;
  /** Missing when it was stopped before the first validation. */
  best: Best | undefined;
  /** As it was at the end. */
  last: Snapshot;
}

/** Steps from one progress report to the next, and seconds after which there is one anyway. */
const REPORT_EVERY = 20;
const LONGEST_SILENCE = 30;

/** @throws KernelcastError `MODEL` naming the step when the loss or the gradients are no numbers any more. */
export async function train<Unit, Batch>(
  tf: TensorFlowModule,
  options: TrainOptions<Unit, Batch>,
): Promise<TrainResult> {
  const { network, settings, training, onProgress, checkpoint, signal, now = () => performance.now() } = options;
  const { steps, batchSize, seed, validateEvery, patience } = settings;
  const state = new TrainingState(tf, network.specs, options.start, settings);
  const pace = new Pace(now);
  const isExhausted = () => patience !== undefined && state.sinceBest >= patience;
  try {
    while (state.step < steps && !isExhausted() && !signal?.aborted) {
      const step = state.step + 1;
      pace.begin();
      const examples = await training.shuffled(String(seed), (step - 1) * batchSize, batchSize);
      const batch = network.makeBatch(examples, seededRandom(`${seed}/batch ${step}`));
      pace.batchIsMade();
      const { loss, gradientNorm } = takeStep(tf, state, options, batch, step);
      state.step = step;
      state.losses.sum += loss;
      state.losses.count++;
      state.seconds += pace.end(batchSize);

      const validates = step % validateEvery === 0 || step === steps;
      if (validates || step % REPORT_EVERY === 0 || pace.secondsSinceLastReport > LONGEST_SILENCE) {
        const progress: TrainProgress = {
          step,
          steps,
          epoch: (step * batchSize) / training.size,
          loss: state.losses.sum / state.losses.count,
          learningRate: learningRateAt(step, settings),
          gradientNorm,
          ...pace.sinceLastReport(),
          secondsLeft: 0,
        };
        if (validates) {
          const validation = await pace.validating(() => validate(tf, state.averages.current(), options));
          progress.validation = validation;
          progress.isBest = keepBest(state, validation, settings.selectBy);
        }
        progress.secondsLeft = pace.secondsFor(steps - step, Math.ceil((steps - step) / validateEvery));
        onProgress(progress);
        state.losses = { sum: 0, count: 0 };
      }
      await checkpoint?.(step, () => state.snapshot());
      // Lets a signal handler run: the steps themselves never yield.
      await new Promise((resolve) => setImmediate(resolve));
    }
    const outcome = state.step >= steps ? 'finished' : isExhausted() ? 'no-longer-better' : 'stopped';
    return { outcome, step: state.step, best: state.best, last: state.snapshot() };
  } finally {
    state.dispose();
  }
}

function takeStep<Unit, Batch>(
  tf: TensorFlowModule,
  { variables, optimizer, averages }: TrainingState,
  { network, settings }: TrainOptions<Unit, Batch>,
  batch: Batch,
  step: number,
): { loss: number; gradientNorm: number } {
  const { seed, rowsAtOnce } = settings;
  const result = trainStep(tf, variables, [(weights, pass) => network.loss(weights, batch, pass)], {
    optimizer,
    learningRate: learningRateAt(step, settings),
    random: seededRandom(`${seed}/pass ${step}`).uniform,
    pieces: rowsAtOnce ? { rows: rowsAtOnce } : undefined,
  });
  if (!Number.isFinite(result.loss)) throw noNumber('the training loss', result.loss, step);
  if (!Number.isFinite(result.gradientNorm)) throw noNumber("the gradients' norm", result.gradientNorm, step);
  averages.follow(variables, step);
  return result;
}

function noNumber(what: string, value: number, step: number): KernelcastError {
  return new KernelcastError('MODEL', `${what} became ${value} at step ${step}`, {
    where: { step },
    hint: 'Lower the learning rate or clipNorm, or look for absurd values in the data.',
  });
}

/** The means of all measures over the validation examples. */
async function validate<Unit, Batch>(
  tf: TensorFlowModule,
  averages: Weights,
  { network, validation, settings }: TrainOptions<Unit, Batch>,
): Promise<Record<string, number>> {
  const { validationExamples = validation.size, batchSize, selectBy } = settings;
  const weights = new Map<string, tfjs.Tensor>(
    [...averages].map(([name, { values, shape }]) => [name, tf.tensor(values.slice(), [...shape])]),
  );
  const sums = new Map<string, Sum>();
  try {
    for await (const examples of validation.spread(validationExamples, batchSize)) {
      const batch = network.makeBatch(examples);
      let measures: Measures = {};
      tf.tidy(() => {
        measures = network.measure(weights, batch);
      });
      for (const [name, { sum, count }] of Object.entries(measures)) {
        const total = sums.get(name) ?? { sum: 0, count: 0 };
        sums.set(name, { sum: total.sum + sum, count: total.count + count });
      }
    }
  } finally {
    tf.dispose([...weights.values()]);
  }
  if (!sums.has(selectBy)) {
    throw new KernelcastError('USAGE', `the model has no measure '${selectBy}' to select by`, {
      where: { field: 'training.selectBy', measures: [...sums.keys()].join(', ') },
    });
  }
  // What the data do not have (a variable that no source knows) has no mean.
  const counted = [...sums].filter(([, { count }]) => count > 0);
  const means = Object.fromEntries(counted.map(([name, { sum, count }]) => [name, sum / count]));
  if (Number.isFinite(means[selectBy])) return means;
  throw new KernelcastError('MODEL', `the validation's ${selectBy} is ${means[selectBy] ?? 'a mean over nothing'}`, {
    hint: 'Are there observed values in the validation spans?',
  });
}

/** @returns whether it is the best so far */
function keepBest(state: TrainingState, validation: Record<string, number>, selectBy: string): boolean {
  const isBest = !state.best || validation[selectBy] < state.best.validation[selectBy];
  if (isBest) state.best = { step: state.step, validation, weights: state.averages.copy() };
  state.sinceBest = isBest ? 0 : state.sinceBest + 1;
  return isBest;
}

/** How fast it goes: of the last reports for what is left, since old steps were slowed by other things. */
class Pace {
  readonly #now: () => number;
  #begun = 0;
  #windows = 0;
  #batchSeconds = 0;
  #seconds = 0;
  #steps = 0;
  #stepSeconds = 0;
  #validationSeconds = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  begin(): void {
    this.#begun = this.#now();
  }

  batchIsMade(): void {
    this.#batchSeconds += (this.#now() - this.#begun) / 1000;
  }

  /** @returns the seconds that the step took */
  end(windows: number): number {
    const seconds = (this.#now() - this.#begun) / 1000;
    this.#windows += windows;
    this.#seconds += seconds;
    this.#steps++;
    return seconds;
  }

  get secondsSinceLastReport(): number {
    return this.#seconds;
  }

  sinceLastReport(): { windowsPerSecond: number; batchShare: number } {
    const seconds = Math.max(this.#seconds, 1e-9);
    const report = { windowsPerSecond: this.#windows / seconds, batchShare: this.#batchSeconds / seconds };
    this.#stepSeconds = this.#seconds / Math.max(1, this.#steps);
    [this.#windows, this.#seconds, this.#batchSeconds, this.#steps] = [0, 0, 0, 0];
    return report;
  }

  async validating<T>(work: () => Promise<T>): Promise<T> {
    const begun = this.#now();
    const result = await work();
    this.#validationSeconds = (this.#now() - begun) / 1000;
    return result;
  }

  secondsFor(steps: number, validations: number): number {
    return steps * this.#stepSeconds + validations * this.#validationSeconds;
  }
}
