const TOKEN_KEY = 'haven.device-token';
const PATIENT_KEY = 'haven.device-patient';

export type DeviceSettings = { token: string; patientId: string };

/**
 * The device's token and patient: from the address's fragment (`#token=…&patient=…`, which is never sent to a server
 * and is removed from the address bar), or as this tab had them last.
 */
export function readDeviceSettings(): DeviceSettings {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const token = fragment.get('token');
  const patientId = fragment.get('patient');
  if (token !== null) {
    sessionStorage.setItem(TOKEN_KEY, token);
    history.replaceState(history.state, '', location.pathname + location.search);
  }
  if (patientId !== null) sessionStorage.setItem(PATIENT_KEY, patientId);
  return {
    token: sessionStorage.getItem(TOKEN_KEY) ?? '',
    patientId: sessionStorage.getItem(PATIENT_KEY) ?? '',
  };
}

export function keepDeviceSettings({ token, patientId }: DeviceSettings): void {
  sessionStorage.setItem(TOKEN_KEY, token);
  sessionStorage.setItem(PATIENT_KEY, patientId);
}
