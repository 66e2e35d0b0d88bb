/** Palettes of papers, 33 evenly spaced colours each, as six digits of hex; made by scripts/palettes.mjs from d3-scale-chromatic 3.1.0 (ISC, Mike Bostock). */

/*
 * PuOr: Copyright 2002 Cynthia Brewer, Mark Harrower, and The Pennsylvania State University; Apache License 2.0, https://colorbrewer2.org.
 * Cividis: Nuñez, Anderton and Renslow (2018), PLOS ONE 13(7) e0199239, CC BY 4.0.
 */

/** ColorBrewer's diverging scheme: purple, white, orange. */
export const PUOR = '2d004b390c5e461a70522a815f3d8f6d529c7b67a88a7cb3998ebfa8a0cab5b0d4c2bfdccecde4d9d9eae3e4eeecebeff3eeeaf8eddefbe7cdfcdfb8fdd5a0fcc987fabb6ef5ad55ee9d3de48d29d97e1acc7010be630baf58089f4e078f44077f3b08';

/** Even in lightness from dark blue to yellow, also for those who do not tell red from green. */
export const CIVIDIS = '00205100265d012b6508316911366c1c3c6e26426e31476e3c4d6e47536d51586e5a5e6e62646f6a6a707270717976737f7c758682768c8877938e789a9478a19b78a9a177b2a874bbaf71c5b66dcebd68d8c462e2cb5cebd355f3da4ffae249fdea45';
