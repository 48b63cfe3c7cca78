/** A synthetic patient: a rendered person whose skin shows a pulse, for demonstrations and tests. */
export { parseSyntheticParameters, type SyntheticParameters } from './parameters.ts';
export { SyntheticPatient, type Truth } from './patient.ts';
