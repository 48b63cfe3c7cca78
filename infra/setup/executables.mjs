import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { SetupError } from './setup-error.mjs';

/** @param {string} path */
export function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * @param {readonly string[]} names in order of preference
 * @param {NodeJS.ProcessEnv} environment
 * @returns {string | undefined} the first one's path
 */
export function findOnPath(names, environment) {
  const directories = (environment.PATH ?? '').split(delimiter).filter((directory) => directory !== '');
  return names.flatMap((name) => directories.map((directory) => join(directory, name))).find(isExecutable);
}

/**
 * @param {string} variable an environment variable that names an executable
 * @param {NodeJS.ProcessEnv} environment
 * @returns {string | undefined} its value when set
 * @throws {SetupError} when what it names cannot be run
 */
export function executableFrom(variable, environment) {
  const path = environment[variable];
  if (path === undefined || path === '') return undefined;
  if (!isExecutable(path)) throw new SetupError(`${variable}=${path} is not an executable file.`);
  return path;
}
