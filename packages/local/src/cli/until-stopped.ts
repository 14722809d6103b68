/** Ctrl-C, or a polite kill: the first ends the work in order, a second one at once. */
export interface StopSignal {
  readonly stopped: boolean;
  readonly wait: Promise<void>;
  /** As the first Ctrl-C does. */
  end(): void;
}

export function stopSignal(): StopSignal {
  const controller = new AbortController();
  const wait = new Promise<void>((resolve) => {
    const stop = () => {
      if (controller.signal.aborted) process.exit(130);
      controller.abort();
    };
    process.on("SIGINT", stop);
    process.on("SIGTERM", stop);
    // The terminal was closed.
    process.on("SIGHUP", stop);
    controller.signal.addEventListener("abort", () => resolve());
  });
  return {
    get stopped() {
      return controller.signal.aborted;
    },
    wait,
    end: () => controller.abort(),
  };
}
