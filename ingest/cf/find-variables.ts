/**
 * Finds temperature and wind in a file: what `--map` names, else by CF standard name, else by a table of known names.
 * A variable that looks right but lies on another level, or is laid out in a way that we do not read, is not taken; the
 * error then tells why.
 */
import { conversionFrom } from '../../src/domain/units.ts';
import { VARIABLE_NAMES, type VariableName } from '../../src/domain/variables.ts';
import { KernelcastError } from '../../src/errors.ts';
import { type DataFile, type DataVariable, isText, textAttribute } from '../formats/data-file.ts';
import { auxiliaryCoordinates, readCoordinate } from './coordinates.ts';
import { isHeight } from './grid-layout.ts';
import { productOf, productProblem, saysHeight, statisticProblem } from './identity.ts';
import { KNOWN_VARIABLES } from './known-names.ts';
import { inUnit, type Packing, packingOf } from './packing.ts';

/** Kernelcast's name -> the name in the file. */
export type VariableMap = Partial<Record<VariableName, string>>;

/** One variable of a file that becomes one of ours. */
export interface Field<Layout> {
  name: VariableName;
  variable: DataVariable;
  layout: Layout;
  /** From the stored value to the internal unit. */
  packing: Packing;
}

/**
 * The fields of a file, at least one, each with its layout.
 * @param layoutOf how the values of a variable are laid out, or, as text, why it cannot be read
 * @throws KernelcastError `VARIABLE_MISSING`: neither temperature nor wind; `CONVENTIONS`: they cannot be read, or it is
 * not clear which is meant; `UNIT`: an unknown unit
 */
export async function findFields<Layout extends object>(
  data: DataFile,
  map: VariableMap,
  layoutOf: (variable: DataVariable, name: VariableName) => Promise<Layout | string> | Layout | string,
  { product, refused = [] }: { product?: string; refused?: string[] } = {},
): Promise<Field<Layout>[]> {
  const fields: Field<Layout>[] = [];
  for (const name of VARIABLE_NAMES) {
    const mapped = map[name];
    const candidates = mapped === undefined ? candidatesFor(data, name) : [data.variables.get(mapped) ?? []].flat();
    const usable: Field<Layout>[] = [];
    for (const variable of candidates) {
      const problem =
        mapped === undefined
          ? ((await wrongLevel(data, variable, KNOWN_VARIABLES[name].highest)) ??
            statisticProblem(data, variable) ??
            productProblem(productOf(data, variable), product))
          : undefined;
      const layout = problem ?? (await layoutOf(variable, name));
      if (typeof layout === 'string') {
        refused.push(`${variable.name} (${layout})`);
        if (mapped !== undefined) throw unreadable(data, refused);
      } else usable.push(describe(data, name, variable, layout));
    }
    const field = onlyOne(data, name, usable);
    if (field) fields.push(field);
  }
  if (fields.length > 0) return fields;
  if (refused.length > 0) throw unreadable(data, refused);
  throw new KernelcastError('VARIABLE_MISSING', 'there is no temperature or wind in the file', {
    where: { file: data.path, variables: [...data.variables.keys()].join(', ').slice(0, 500) || 'none' },
    hint: 'Say which variable it is, for example --map temperature_2m=NAME.',
  });
}

function unreadable(data: DataFile, refused: readonly string[]): KernelcastError {
  return new KernelcastError('CONVENTIONS', `no temperature or wind that can be read: ${refused.join('; ')}`, {
    where: { file: data.path },
    hint: 'Where one of them is meant all the same, say so: --map NAME=VARIABLE.',
  });
}

/** By standard name; by that of wind along a grid, or by known name, only where nothing has the standard name. */
export function candidatesFor(data: DataFile, name: VariableName): DataVariable[] {
  const { standardName, alongGrid = [], names } = KNOWN_VARIABLES[name];
  const all = [...data.variables.values()].filter((variable) => !isText(variable));
  const standard = all.filter((variable) => standardNameOf(variable) === standardName);
  if (standard.length > 0) return standard;
  const along = all.filter((variable) => alongGrid.includes(standardNameOf(variable)));
  if (along.length > 0) return along;
  // A variable with another standard name is another quantity, whatever it is called.
  return all.filter((variable) => standardNameOf(variable) === '' && names.includes(variable.name.toLowerCase()));
}

/** WRF tells its wind along the rows and columns of its grid, and gives it no standard name that says so. */
const ALONG_GRID_TITLE = /^\s*OUTPUT FROM WRF\b/;

/** Whether a field is a component of wind along the rows or columns of its grid. */
export function isAlongGrid(data: DataFile, { name, variable }: Pick<Field<object>, 'name' | 'variable'>): boolean {
  const { alongGrid } = KNOWN_VARIABLES[name];
  if (!alongGrid) return false;
  const standardName = standardNameOf(variable);
  const title = textAttribute(data.attributes, 'TITLE') ?? '';
  return standardName === '' ? ALONG_GRID_TITLE.test(title) : alongGrid.includes(standardName);
}

function onlyOne<Layout>(data: DataFile, name: VariableName, usable: Field<Layout>[]): Field<Layout> | undefined {
  if (usable.length <= 1) return usable[0];
  // One that says its height is the one; of several that do, or of none, nobody knows which is meant.
  const { names } = KNOWN_VARIABLES[name];
  const specific = usable.filter(({ variable }) => names.includes(variable.name.toLowerCase()) && saysHeight(variable));
  if (specific.length === 1) return specific[0];
  throw new KernelcastError('CONVENTIONS', `several variables of the file could be ${name}`, {
    where: { file: data.path, variables: usable.map(({ variable }) => described(data, variable)).join(', ') },
    hint: `Say which: --map ${name}=NAME${usable.some(({ variable }) => productOf(data, variable)) ? ', --product NAME, or --member NUMBER' : ''}.`,
  });
}

function described(data: DataFile, variable: DataVariable): string {
  const product = productOf(data, variable);
  return product === undefined ? variable.name : `${variable.name} (${product})`;
}

function describe<Layout>(data: DataFile, name: VariableName, variable: DataVariable, layout: Layout): Field<Layout> {
  const where = { file: data.path, variable: variable.name };
  const unit = textAttribute(variable.attributes, 'units');
  if (unit === undefined) {
    throw new KernelcastError('UNIT', 'the variable has no units', {
      where,
      hint: 'Give it some, for example: ncatted -a units,NAME,c,c,K FILE.',
    });
  }
  const conversion = conversionFrom(unit, KNOWN_VARIABLES[name].quantity, where);
  return { name, variable, layout, packing: inUnit(packingOf(variable, data.path), conversion) };
}

/**
 * Why a variable's level is not near the ground: a pressure level, or a height above `highest` metres. A level is a
 * coordinate of one value, by dimension or by the `coordinates` attribute.
 */
async function wrongLevel(data: DataFile, variable: DataVariable, highest: number): Promise<string | undefined> {
  for (const name of new Set([...variable.dimensions, ...auxiliaryCoordinates(variable)])) {
    const level = data.variables.get(name);
    if (!level || isText(level) || level.shape.some((n) => n !== 1)) continue;
    const units = textAttribute(level.attributes, 'units') ?? '';
    const [value] = await readCoordinate(data, level);
    if (/^(hPa|Pa|mbar|mb|millibars?|hectopascals?|pascals?)$/i.test(units)) return `at ${value} ${units}`;
    if (isHeight(level) && value > highest) return `at ${value} ${units}`;
  }
  return undefined;
}

/** Empty where there is none; the Copernicus store writes `unknown` for wind at 10 m. */
function standardNameOf(variable: DataVariable): string {
  const name = textAttribute(variable.attributes, 'standard_name') ?? '';
  return name === 'unknown' ? '' : name;
}
