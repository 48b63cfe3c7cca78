import styles from './disclaimer.module.css';

type DisclaimerProps = {
  className?: string | undefined;
  /** All patients on this screen are simulated. */
  demo?: boolean;
};

/** What this is not, at the foot of every page. */
export function Disclaimer({ className, demo = false }: DisclaimerProps) {
  return (
    <footer className={className}>
      {demo && <p className={styles.demo}>Demonstration: all patients are simulated.</p>}
      <p>Decision support and research software. Camera values are not a medical device’s measurement.</p>
    </footer>
  );
}
