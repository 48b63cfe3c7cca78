import type { Router } from 'express';
import { routesOf, type AdministrationParts } from './administration/desk.ts';
import { addCvKeyRoutes, addDeviceRoutes } from './administration/machines-api.ts';
import { addOversightRoutes } from './administration/oversight-api.ts';
import { addPatientRoutes, addRoomRoutes } from './administration/places-api.ts';
import { addUserRoutes } from './administration/users-api.ts';
import type { Gate } from './gate.ts';

/** Everything under `/admin`; the bodies are in the protocol's `administration.ts`. */
export function addAdministrationRoutes(api: Router, gate: Gate, parts: AdministrationParts): void {
  const add = routesOf(api, gate, parts);
  addUserRoutes(add, parts.accounts);
  addRoomRoutes(add);
  addPatientRoutes(add, parts.live, parts.patientIdPattern);
  addDeviceRoutes(add, parts.live);
  addCvKeyRoutes(add, parts.cvKeyFile);
  addOversightRoutes(add, parts);
}
