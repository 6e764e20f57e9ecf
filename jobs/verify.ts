/** The job that verifies: scores the runs whose hours have all been observed by now. */
import { type VerifyOptions, verifyRuns } from '../models/evaluation/verification.ts';
import { hasData } from './forecast.ts';
import { POLICIES } from './schedule/policies.ts';
import type { Job } from './schedule/schedule.ts';
import { SkillMetrics } from './skill-metrics.ts';

export function verifyJob(options: VerifyOptions): Job {
  const skill = new SkillMetrics();
  return {
    policy: POLICIES.verify,
    async run() {
      if (!(await hasData(options))) return;
      await verifyRuns(options);
      await skill.measure(options.scores, options.dataset);
    },
  };
}
