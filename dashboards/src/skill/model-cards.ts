/** The cards of the models: what each is, what it was trained on and how that went, and the hash that tells its exact weights. */
import type { ModelCard, Models, TrainingLog } from '../api/contracts.ts';
import { element } from '../dom.ts';
import { decimal, wholeNumber } from '../format/quantity.ts';
import { fullInstantLabel, parseInstant } from '../format/time.ts';
import { text } from '../i18n/language.ts';
import { architectureFacts } from './architecture.ts';
import { createTrainingChart } from './training-chart.ts';

type Fact = [name: string, value: string];

export function createModelCards(root: HTMLElement) {
  const charts = new Map<string, ReturnType<typeof createTrainingChart>>();
  /** Kept from one look to the next: a chart on a canvas that is gone would go on. */
  function chartOf(model: string): ReturnType<typeof createTrainingChart> {
    const chart = charts.get(model) ?? createTrainingChart();
    charts.set(model, chart);
    return chart;
  }

  return {
    show({ models, engine }: Models, training: ReadonlyMap<string, TrainingLog>): void {
      const shown = models.map((model) => {
        const log = training.get(model.id);
        const chart = log ? chartOf(model.id) : undefined;
        return { card: card(model, model.in_latest_run ? engine : null, chart?.root), log, chart };
      });
      root.replaceChildren(...shown.map(({ card: each }) => each));
      for (const { log, chart } of shown) if (log) chart?.show(log);
    },
  };
}

function card(model: ModelCard, engine: Models['engine'], chart: HTMLElement | undefined): HTMLElement {
  const words = text();
  const isNetwork = model.kind === 'network';
  return element(
    'article',
    { class: `model-card ${model.kind}` },
    element(
      'header',
      {},
      element('h4', {}, model.name),
      element('span', { class: 'tag' }, isNetwork ? words.kindNetwork : words.kindBaseline),
      ...(model.in_latest_run ? [element('span', { class: 'tag good' }, words.inService)] : []),
      ...(isNetwork ? [] : [element('p', { class: 'muted' }, words.noWeights)]),
    ),
    ...(isNetwork ? [facts(networkFacts(model, engine))] : []),
    ...(chart ? [chart] : isNetwork ? [element('p', { class: 'muted no-curve' }, words.noTrainingLog)] : []),
  );
}

function facts(list: readonly Fact[]): HTMLElement {
  return element(
    'dl',
    {},
    ...list.map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value))),
  );
}

function networkFacts(model: ModelCard, engine: Models['engine']): Fact[] {
  const words = text();
  const found: Fact[] = architectureFacts(model.architecture);
  if (model.created_at !== null) found.push([words.created, fullInstantLabel(parseInstant(model.created_at))]);
  const training = model.training ?? {};
  const spans = Array.isArray(training.spans) ? training.spans.filter(isSpan) : [];
  for (const [role, label] of [
    ['training', words.trainedOn],
    ['validation', words.validatedOn],
  ]) {
    const of = spans.filter((span) => span.role === role);
    if (of.length > 0)
      found.push([label, of.map(({ dataset, from, to }) => `${dataset}, ${day(from)} – ${day(to)}`).join('; ')]);
  }
  if (typeof training.steps === 'number') {
    const engineName = typeof training.engine === 'string' ? `, ${training.engine}` : '';
    found.push([words.trainedWith, `${words.steps(wholeNumber(training.steps))}${engineName}`]);
  }
  if (typeof training.validationLoss === 'number')
    found.push([words.validationLoss, decimal(training.validationLoss, 4)]);
  if (engine) found.push([words.computedBy, `${engine.name} (${engine.device})`]);
  found.push([words.weights, model.weights_sha256 ?? words.noWeights]);
  return found;
}

interface Span {
  dataset: string;
  role: string;
  from: string;
  to: string;
}

function isSpan(value: unknown): value is Span {
  if (typeof value !== 'object' || value === null) return false;
  const { dataset, role, from, to } = value as Record<string, unknown>;
  return [dataset, role, from, to].every((part) => typeof part === 'string');
}

function day(instant: string): string {
  return instant.slice(0, 10);
}
