/** Copies a folder to a temporary one and answers its path; an empty or missing folder gets one small model to open. */
export function copyOf(folder: string): string;
