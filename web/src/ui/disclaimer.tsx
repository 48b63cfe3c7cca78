export function Disclaimer({ className }: { className?: string | undefined }) {
  return (
    <footer className={className}>
      Decision support and research software. Camera values are not a medical device’s measurement.
    </footer>
  );
}
