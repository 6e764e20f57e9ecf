/** What whoever ingests says of tables besides their mapping: which column is what (`--map`), and in which unit (`--unit`). */
import { VARIABLE_NAMES, type VariableName } from '../../src/domain/variables.ts';
import { KernelcastError } from '../../src/errors.ts';
import type { TableMapping } from './mapping.ts';

export interface Given {
  map?: Partial<Record<VariableName, string>>;
  units?: Partial<Record<VariableName, string>>;
}

/**
 * A mapping with what was given put into it.
 * @throws KernelcastError `UNIT` where a column is named and nobody says its unit
 */
export function withGiven(mapping: TableMapping, { map = {}, units = {} }: Given, file: string): TableMapping {
  if (Object.keys(map).length + Object.keys(units).length === 0) return mapping;
  const variables = { ...mapping.variables };
  for (const name of VARIABLE_NAMES) {
    const column = map[name];
    const own = variables[name];
    if (column !== undefined) {
      const unit =
        units[name] ?? (own?.column === column ? own.unit : name === 'wind_direction_10m' ? 'degree' : undefined);
      if (unit === undefined) throw unknownUnit(name, column, file);
      variables[name] = { ...(own?.column === column ? own : {}), column, unit };
    } else if (own && units[name] !== undefined) {
      variables[name] = { ...own, unit: units[name]! };
    }
  }
  return { ...mapping, variables };
}

/** Units are asked for, never guessed: of `wind_speed_10m` Open-Meteo has kilometres an hour, and others metres a second. */
export function unknownUnit(name: VariableName, column: string, file: string): KernelcastError {
  const examples = name === 'temperature_2m' ? 'degC, degF or K' : 'km/h (as Open-Meteo by default), m/s, kn or mph';
  const [first] = examples.split(/[ ,]/);
  return new KernelcastError('UNIT', `the unit of '${column}' is not told, and tables of this name have several`, {
    where: { file, column },
    hint: `Say it: --unit ${name}=${first}; it may be ${examples}. Or describe the columns: --table MAPPING.json.`,
  });
}
