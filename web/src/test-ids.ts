/** The `data-testid` attributes by which end-to-end tests find what is on screen. */
export const testIds = {
  signInEmail: 'sign-in-email',
  signInPassword: 'sign-in-password',
  signInCode: 'sign-in-code',
  signInSubmit: 'sign-in-submit',
  signInError: 'sign-in-error',
  signOut: 'sign-out',
  wall: 'wall',
  /**
   * A patient's tile. Attributes: `data-frame-width`, `data-frame-height` (of the picture being shown, px),
   * `data-picture` (state of the picture), `data-sending` (what the SFU sends), `data-alert` (highest priority or `none`), `data-focused`.
   */
  tile: (patientId: string) => `tile-${patientId}`,
  /** Toggles a tile between its place on the wall and the enlarged one. */
  tileFocus: 'tile-focus',
  video: 'video',
  pictureState: 'picture-state',
  /** Who talks with the patient. */
  tileTalk: 'tile-talk',
  privacySection: 'privacy-section',
  privacyPause: 'privacy-pause',
  privacyEnd: 'privacy-end',
  talkSection: 'talk-section',
  /** Held to speak. Its attribute `data-state` is `idle`, `opening`, `speaking`, `listening`. */
  talkHold: 'talk-hold',
  talkEnd: 'talk-end',
  /** At the bedside: the sign of a running pause, and of a talk. */
  bedsidePrivacy: 'bedside-privacy',
  bedsidePrivacyBegin: 'bedside-privacy-begin',
  bedsidePrivacyEnd: 'bedside-privacy-end',
  bedsideTalk: 'bedside-talk',
  bedsideTalkEnd: 'bedside-talk-end',
  /** The number, or `– –`; its attribute `data-state` is `live`, `held` or `withheld`. */
  pulseValue: 'pulse-value',
  pulseQuality: 'pulse-quality',
  /** How far the rate may be off, `± 4`; on large tiles only. */
  pulseInterval: 'pulse-interval',
  /** Words beside the number: the reason of withholding, or how long it is held. */
  pulseNote: 'pulse-note',
  breathingValue: 'breathing-value',
  sourceBadge: 'source-badge',
  waveform: 'waveform',
  tileAlert: 'tile-alert',
  alertBanner: 'alert-banner',
  alertRow: 'alert-row',
  acknowledge: 'acknowledge',
  acknowledgedBy: 'acknowledged-by',
  /** Opens what can be given with an acknowledgement. */
  alertMore: 'alert-more',
  commonReason: 'common-reason',
  reason: 'reason',
  acknowledgeWithReason: 'acknowledge-with-reason',
  silence: 'silence',
  silenceShortly: 'silence-shortly',
  silencedBy: 'silenced-by',
  pauseSound: 'pause-sound',
  resumeSound: 'resume-sound',
  soundPaused: 'sound-paused',
  soundPausedLeft: 'sound-paused-left',
  /** The partial early-warning score; its attribute `data-band` is the NEWS2 band. */
  score: 'score',
  /** Nobody is seen, and no alert says so. */
  absent: 'absent',
  /** What is measured, where that is not everything. */
  analysisMode: 'analysis-mode',
  /** Fewer pictures than usual are analysed. */
  reducedFrameRate: 'reduced-frame-rate',
  /** The link between device and server is not good; its attribute `data-quality` is how it is. */
  deviceLink: 'device-link',
  /** This screen's own link, or the server, carries less than everything. */
  mediaNotice: 'media-notice',
  /** Stands instead of the tiles while the session is locked. */
  lockedBeds: 'locked-beds',
  /** Opens the patient's panel: trends, alerts and limits. */
  tileDetails: 'tile-details',
  patientPanel: 'patient-panel',
  patientPanelClose: 'patient-panel-close',
  scoreSection: 'score-section',
  /** What is measured now, in the patient's panel. */
  now: 'now',
  analysis: 'analysis',
  analysisChange: 'analysis-change',
  trends: 'trends',
  limits: 'limits',
  limitsOrigin: 'limits-origin',
  limitsChange: 'limits-change',
  limitsEditor: 'limits-editor',
  limitsMeanwhile: 'limits-meanwhile',
  limitsSave: 'limits-save',
  roomLimits: 'room-limits',
  history: 'history',
  historyRow: 'history-row',
  alertLife: 'alert-life',
  alertEvents: 'alert-events',
  soundBlocked: 'sound-blocked',
  alarmsOff: 'alarms-off',
  /** Says of which beds the alarms do not arrive. */
  bedsOff: 'beds-off',
  /** On a tile, or on a bed of a locked screen: its alarms do not arrive. */
  tileAlarmsOff: 'tile-alarms-off',
  problem: 'problem',
  publishToken: 'publish-token',
  publishPatient: 'publish-patient',
  publishCamera: 'publish-camera',
  publishStart: 'publish-start',
  publishStop: 'publish-stop',
  /** Its attribute `data-state` is the state's name; its text the sentence. */
  publishState: 'publish-state',
  publishAdvice: 'publish-advice',
} as const;
