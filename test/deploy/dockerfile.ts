/**
 * Reads the subset of a Dockerfile that ours is written in, into stages. An instruction that it does not know is an error: what
 * is not read would not be tested. https://docs.docker.com/reference/dockerfile/
 */
export type Step =
  | { name: 'RUN'; script: string; user: string; folder: string; environment: Record<string, string> }
  | { name: 'COPY'; from?: string; sources: string[]; target: string; folder: string }
  | { name: 'WORKDIR'; folder: string };

export interface Stage {
  base: string;
  as?: string;
  steps: Step[];
  /** What a container of it has. */
  user: string;
  folder: string;
  environment: Record<string, string>;
  entrypoint: string[];
  command: string[];
  healthcheck?: string[];
  volumes: string[];
  ports: string[];
  labels: Record<string, string>;
}

export function readDockerfile(text: string): Stage[] {
  const stages: Stage[] = [];
  for (const { name, rest } of instructions(text)) {
    if (name === 'FROM') {
      const [base, , as] = rest.split(/\s+/);
      stages.push(emptyStage(base, as));
    } else apply(stages.at(-1)!, name, rest);
  }
  return stages;
}

function emptyStage(base: string, as?: string): Stage {
  const nothing = { entrypoint: [], command: [], volumes: [], ports: [], labels: {}, environment: {} };
  return { base, as, steps: [], user: 'root', folder: '/', ...nothing };
}

function* instructions(text: string): Iterable<{ name: string; rest: string }> {
  const lines = text.split('\n').filter((line) => !line.startsWith('#'));
  for (const line of lines.join('\n').replace(/\\\n/g, ' ').split('\n')) {
    const match = /^([A-Z]+)\s+(.*)$/.exec(line.trim());
    if (match) yield { name: match[1], rest: match[2] };
    else if (line.trim() !== '') throw new Error(`no instruction: ${line}`);
  }
}

function apply(stage: Stage, name: string, rest: string): void {
  const { folder, user } = stage;
  switch (name) {
    case 'RUN':
      stage.steps.push({ name, script: rest, user, folder, environment: { ...stage.environment } });
      break;
    case 'COPY':
      stage.steps.push({ name, folder, ...readCopy(rest) });
      break;
    case 'WORKDIR':
      stage.folder = rest;
      stage.steps.push({ name, folder: rest });
      break;
    case 'ENV':
      Object.assign(stage.environment, pairs(rest));
      break;
    case 'LABEL':
      Object.assign(stage.labels, pairs(rest));
      break;
    case 'USER':
      stage.user = rest;
      break;
    case 'VOLUME':
      stage.volumes.push(rest);
      break;
    case 'EXPOSE':
      stage.ports.push(rest);
      break;
    case 'ENTRYPOINT':
      stage.entrypoint = JSON.parse(rest);
      break;
    case 'CMD':
      stage.command = JSON.parse(rest);
      break;
    case 'HEALTHCHECK':
      stage.healthcheck = JSON.parse(rest.replace(/^.*?CMD\s+/, ''));
      break;
    default:
      throw new Error(`the instruction ${name} is not one that is tested`);
  }
}

function readCopy(rest: string): { from?: string; sources: string[]; target: string } {
  const words = rest.split(/\s+/);
  const flags = words.filter((word) => word.startsWith('--'));
  const from = flags.find((flag) => flag.startsWith('--from='))?.slice('--from='.length);
  if (flags.length > (from ? 1 : 0)) throw new Error(`an option of COPY that is not tested: ${flags}`);
  const paths = words.slice(flags.length);
  return { from, sources: paths.slice(0, -1), target: paths.at(-1)! };
}

function pairs(rest: string): Record<string, string> {
  return Object.fromEntries(
    [...rest.matchAll(/([\w.]+)=(?:"([^"]*)"|(\S+))/g)].map(([, name, quoted, bare]) => [name, quoted ?? bare]),
  );
}
