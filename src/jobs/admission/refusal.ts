/** Why a job is not let in now, and when there may be room for it. */
export interface Refusal {
  readonly message: string;
  /** Until there is room for one job. */
  readonly firstSeconds: number;
  /** Between two places that open. */
  readonly betweenSeconds: number;
}
