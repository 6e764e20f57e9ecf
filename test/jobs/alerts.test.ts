import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import '../../jobs/schedule/job-metrics.ts';
import '../../jobs/service/source-metrics.ts';
import '../../jobs/skill-metrics.ts';
import { ApiMetrics } from '../../src/api/access/metrics.ts';
import { packageRoot } from '../../src/config.ts';
import { metricsRegistry } from '../../src/metrics.ts';

const read = (path: string) => readFileSync(join(packageRoot(), path), 'utf8');
const rules = read('deploy/alerts.yaml');
const handbook = read('docs/operation.md');
const known = new Map(
  [metricsRegistry, new ApiMetrics().registry]
    .flatMap((registry) => registry.getMetricsAsArray())
    .map((metric) => [metric.name, metric as unknown as { labelNames: string[] }]),
);

const dashboard = JSON.parse(read('deploy/grafana/kernelcast.json')) as { panels: { targets: { expr: string }[] }[] };

describe('the rules for alarms, and the dashboard', () => {
  it.each([
    ['alerts.yaml', [...rules.matchAll(/expr: (.*)/g)].map(([, text]) => text)],
    ['grafana/kernelcast.json', dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))],
  ])('%s asks for figures and labels that there are', (_, expressions) => {
    expect(expressions.length).toBeGreaterThan(5);
    for (const expression of expressions) {
      for (const [, name, labels = ''] of expression.matchAll(
        /\b((?:kernelcast|process)_\w+?)(?:_bucket)?\b(?:\{([^}]*)\})?/g,
      )) {
        expect([...known.keys()], expression).toContain(name);
        const asked = [...labels.matchAll(/(\w+)\s*(?:=~|=|!=)/g)].map(([, label]) => label);
        // `job` is what Prometheus calls the service that it scrapes.
        for (const label of asked.filter((label) => label !== 'job')) {
          expect(known.get(name)!.labelNames, expression).toContain(label);
        }
      }
    }
  });

  it('have a page each in the runbook, and the runbook has none for nothing', () => {
    const alerts = [...rules.matchAll(/alert: (\w+)/g)].map(([, name]) => name);
    const anchors = [...rules.matchAll(/runbook: docs\/operation\.md#(\w+)/g)].map(([, name]) => name);
    expect(anchors).toEqual(alerts.map((name) => name.toLowerCase()));
    const pages = [...handbook.matchAll(/^### (\w+)$/gm)].map(([, name]) => name);
    expect(pages).toEqual(alerts);
  });
});
