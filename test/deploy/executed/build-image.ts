/** Does what a Dockerfile says, step by step, as a builder does: each stage in a root of its own. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { type IgnorePattern, isIgnored } from '../docker-ignore.ts';
import type { Stage, Step } from '../dockerfile.ts';
import { runStep } from './container.ts';
import { Overlay } from './debian.ts';

export interface BuildOptions {
  stages: readonly Stage[];
  /** The root of the base image. */
  base: string;
  context: string;
  ignore: readonly IgnorePattern[];
}

export interface Image {
  stage: Stage;
  root: string;
  remove(): void;
}

export function buildImage({ stages, base, context, ignore }: BuildOptions): Image {
  const made = new Map<string | undefined, Overlay>();
  let last: Overlay | undefined;
  try {
    for (const stage of stages) {
      last = new Overlay(base);
      made.set(stage.as, last);
      for (const step of stage.steps) perform(step, last.root, { made, context, ignore });
    }
  } catch (error) {
    for (const overlay of made.values()) overlay.remove();
    throw error;
  }
  for (const overlay of made.values()) if (overlay !== last) overlay.remove();
  return { stage: stages.at(-1)!, root: last!.root, remove: () => last!.remove() };
}

interface Sources {
  made: ReadonlyMap<string | undefined, Overlay>;
  context: string;
  ignore: readonly IgnorePattern[];
}

function perform(step: Step, root: string, sources: Sources): void {
  if (step.name === 'WORKDIR') mkdirSync(join(root, step.folder), { recursive: true });
  else if (step.name === 'RUN') runStep(root, step.script, step);
  else copy(step, root, sources);
}

/** A folder gives what is in it; a target that ends in a slash, or has several sources, is a folder. */
function copy(step: Extract<Step, { name: 'COPY' }>, root: string, { made, context, ignore }: Sources): void {
  const target = step.target.startsWith('/') ? join(root, step.target) : join(root, step.folder, step.target);
  for (const source of step.sources) {
    const from = step.from === undefined ? join(context, source) : join(made.get(step.from)!.root, source);
    const isFolder = statSync(from).isDirectory();
    const isInto = !isFolder && (step.sources.length > 1 || step.target.endsWith('/'));
    const to = isInto ? join(target, basename(source)) : target;
    mkdirSync(join(to, '..'), { recursive: true });
    if (step.from !== undefined)
      execFileSync('cp', ['-a', ...(isFolder ? [`${from}/.`] : [from]), ensured(to, isFolder)]);
    else {
      cpSync(from, to, {
        recursive: true,
        filter: (path) => mayPass(ignore, relative(context, path)),
      });
    }
  }
}

function ensured(path: string, isFolder: boolean): string {
  if (isFolder && !existsSync(path)) mkdirSync(path);
  return path;
}

/** An ignored folder is gone through all the same where an exception may be in it. */
function mayPass(ignore: readonly IgnorePattern[], path: string): boolean {
  return path === '' || path === 'deploy' || !isIgnored(ignore, path);
}
