/** The cards of the models: what each is, what it was trained on, and the hash that tells its exact weights. */
import type { ModelCard, Models } from '../api/contracts.ts';
import { element } from '../dom.ts';
import { decimal } from '../format/quantity.ts';
import { fullInstantLabel, parseInstant } from '../format/time.ts';
import { text } from '../i18n/language.ts';

export function modelCards({ models, engine }: Models): HTMLElement[] {
  return models.map((model) => card(model, model.kind === 'network' && model.in_latest_run ? engine : null));
}

function card(model: ModelCard, engine: Models['engine']): HTMLElement {
  const words = text();
  const facts: [string, string][] = [];
  if (model.created_at !== null) facts.push([words.created, fullInstantLabel(parseInstant(model.created_at))]);
  const training = model.training ?? {};
  const spans = Array.isArray(training.spans) ? training.spans.filter(isSpan) : [];
  for (const [role, label] of [
    ['training', words.trainedOn],
    ['validation', words.validatedOn],
  ]) {
    const of = spans.filter((span) => span.role === role);
    if (of.length > 0)
      facts.push([label, of.map(({ dataset, from, to }) => `${dataset}, ${day(from)} – ${day(to)}`).join('; ')]);
  }
  if (typeof training.steps === 'number') {
    const engineName = typeof training.engine === 'string' ? `, ${training.engine}` : '';
    facts.push([words.trainedWith, `${words.steps(training.steps)}${engineName}`]);
  }
  if (typeof training.validationLoss === 'number')
    facts.push([words.validationLoss, decimal(training.validationLoss, 4)]);
  if (engine) facts.push([words.computedBy, `${engine.name} (${engine.device})`]);
  facts.push([words.weights, model.weights_sha256 ?? words.noWeights]);
  return element(
    'article',
    { class: `model-card ${model.kind}` },
    element(
      'header',
      {},
      element('h4', {}, model.name),
      element('span', { class: 'tag' }, model.kind === 'network' ? words.kindNetwork : words.kindBaseline),
      ...(model.in_latest_run ? [element('span', { class: 'tag good' }, words.inService)] : []),
    ),
    element(
      'dl',
      {},
      ...facts.map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value))),
    ),
  );
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
