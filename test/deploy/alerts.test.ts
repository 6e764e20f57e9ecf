/** The rules for alarms are PromQL. */
import { parser } from '@prometheus-io/lezer-promql';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { read } from './support.ts';

interface Rule {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: { summary: string; runbook: string };
}

describe('the rules for alarms', () => {
  const { groups } = parse(read('deploy/alerts.yaml')) as { groups: { rules: Rule[] }[] };

  it.each(groups.flatMap(({ rules }) => rules).map((rule) => [rule.alert, rule] as const))(
    '%s is an expression of PromQL, with a severity and a page',
    (_, { expr, labels, annotations }) => {
      const wrong: string[] = [];
      parser.parse(expr).iterate({
        enter: ({ type, from }) => void (type.isError && wrong.push(expr.slice(from))),
      });
      expect(wrong).toEqual([]);
      expect(['page', 'ticket']).toContain(labels.severity);
      expect(annotations.summary).not.toBe('');
      expect(annotations.runbook).toMatch(/^docs\/operation\.md#/);
    },
  );
});
