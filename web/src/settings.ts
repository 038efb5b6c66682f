// The few choices that outlast the page. A browser may forbid to keep them: then they don't.

export function kept(name: string): string | null {
  try {
    return localStorage.getItem(`lenet ${name}`);
  } catch {
    return null;
  }
}

export function keep(name: string, value: string): void {
  try {
    localStorage.setItem(`lenet ${name}`, value);
  } catch {
    // Without storage the choice holds for this page.
  }
}
