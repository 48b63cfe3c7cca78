/** The demonstration that `npm start` opens with: four simulated patients, of whom one deteriorates and recovers. */
export type DemoPatient = { patientId: string; synthetic: string };

export const DEMO_PATIENTS: readonly DemoPatient[] = [
  { patientId: 'P-101', synthetic: 'hr=72,rr=14,tone=light,seed=0' },
  { patientId: 'P-102', synthetic: 'hr=55,rr=12,tone=dark,seed=3' },
  // Deteriorates a minute after its first picture, so that a newcomer sees an alert; recovers after five.
  { patientId: 'P-103', synthetic: 'hr=96,rr=18,tone=medium,seed=1,hr@60=141,hr@300=96' },
  { patientId: 'P-104', synthetic: 'hr=128,rr=22,tone=monk3,seed=2' },
];

/** Fifteen pictures a second are enough for a pulse and keep four encoders within one core. */
export const DEMO_FRAMES_PER_SECOND = 15;
