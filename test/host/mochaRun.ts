import Mocha from 'mocha';

/** Runs the suites that `define` declares; resolves with the counts, rejects with them when one failed. */
export function runMocha(define: () => void): Promise<{ passes: number; failures: number }> {
  const mocha = new Mocha({ ui: 'bdd', timeout: 30_000, color: false, reporter: 'spec' });
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  define();
  return new Promise((resolve, reject) => {
    const failed: string[] = [];
    const runner = mocha.run(failures => {
      const counts = { passes: runner.stats?.passes ?? 0, failures };
      if (failures === 0) resolve(counts);
      else reject(Object.assign(new Error(failed.join('\n')), { counts }));
    });
    runner.on('fail', (test, error: Error) => failed.push(`${test.fullTitle()}: ${error.stack ?? error.message}`));
  });
}
