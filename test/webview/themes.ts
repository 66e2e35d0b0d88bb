/** The variables that VS Code gives a webview, for four of its themes; only those the panel reads. */

export type ThemeName = 'dark' | 'light' | 'hc' | 'hcLight';

const FONTS = {
  'font-family': 'Inter, "Segoe UI", system-ui, sans-serif',
  'font-size': '13px',
  'editor-font-family': '"DejaVu Sans Mono", Menlo, Consolas, monospace',
};

const COLOURS: Readonly<Record<ThemeName, Readonly<Record<string, string>>>> = {
  dark: {
    'editor-background': '#1f1f1f', foreground: '#cccccc', descriptionForeground: '#9d9d9d', 'sideBar-background': '#181818', 'panel-border': '#2b2b2b',
    focusBorder: '#0078d4', 'button-background': '#0078d4', 'button-foreground': '#ffffff', 'input-background': '#313131', 'input-border': '#3c3c3c', 'dropdown-border': '#3c3c3c', 'dropdown-background': '#313131',
    'list-activeSelectionBackground': '#04395e', 'list-activeSelectionForeground': '#ffffff', 'list-hoverBackground': '#2a2d2e', 'textLink-foreground': '#4daafc',
    'editorHoverWidget-background': '#202020', 'editorHoverWidget-border': '#454545', 'editorWidget-background': '#202020', 'editorWidget-border': '#313131', 'editorWarning-foreground': '#cca700', errorForeground: '#f85149', 'progressBar-background': '#0078d4',
  },
  light: {
    'editor-background': '#ffffff', foreground: '#3b3b3b', descriptionForeground: '#616161', 'sideBar-background': '#f8f8f8', 'panel-border': '#e5e5e5',
    focusBorder: '#005fb8', 'button-background': '#005fb8', 'button-foreground': '#ffffff', 'input-background': '#ffffff', 'input-border': '#cecece', 'dropdown-border': '#cecece', 'dropdown-background': '#ffffff',
    'list-activeSelectionBackground': '#e8e8e8', 'list-activeSelectionForeground': '#000000', 'list-hoverBackground': '#f2f2f2', 'textLink-foreground': '#005fb8',
    'editorHoverWidget-background': '#f8f8f8', 'editorHoverWidget-border': '#c8c8c8', 'editorWidget-background': '#f8f8f8', 'editorWidget-border': '#e5e5e5', 'editorWarning-foreground': '#895503', errorForeground: '#c72e0f', 'progressBar-background': '#005fb8',
  },
  hc: {
    'editor-background': '#000000', foreground: '#ffffff', descriptionForeground: '#e2e2e2', 'sideBar-background': '#000000', 'panel-border': '#6fc3df',
    focusBorder: '#f38518', contrastBorder: '#6fc3df', contrastActiveBorder: '#f38518', 'button-background': '#000000', 'button-foreground': '#ffffff', 'input-background': '#000000', 'input-border': '#6fc3df', 'dropdown-border': '#6fc3df', 'dropdown-background': '#000000',
    'list-activeSelectionBackground': '#000000', 'list-activeSelectionForeground': '#ffffff', 'list-hoverBackground': '#1a1a1a', 'textLink-foreground': '#21a6ff',
    'editorHoverWidget-background': '#000000', 'editorHoverWidget-border': '#6fc3df', 'editorWidget-background': '#000000', 'editorWidget-border': '#6fc3df', 'editorWarning-foreground': '#ffd370', errorForeground: '#f48771', 'progressBar-background': '#6fc3df',
  },
  hcLight: {
    'editor-background': '#ffffff', foreground: '#292929', descriptionForeground: '#292929', 'sideBar-background': '#ffffff', 'panel-border': '#0f4a85',
    focusBorder: '#006bbd', contrastBorder: '#0f4a85', contrastActiveBorder: '#006bbd', 'button-background': '#0f4a85', 'button-foreground': '#ffffff', 'input-background': '#ffffff', 'input-border': '#0f4a85', 'dropdown-border': '#0f4a85', 'dropdown-background': '#ffffff',
    'list-activeSelectionBackground': '#ffffff', 'list-activeSelectionForeground': '#292929', 'list-hoverBackground': '#ffffff', 'textLink-foreground': '#0f4a85',
    'editorHoverWidget-background': '#ffffff', 'editorHoverWidget-border': '#0f4a85', 'editorWidget-background': '#ffffff', 'editorWidget-border': '#0f4a85', 'editorWarning-foreground': '#895503', errorForeground: '#b5200d', 'progressBar-background': '#0f4a85',
  },
};

const CLASSES: Readonly<Record<ThemeName, string>> = { dark: 'vscode-dark', light: 'vscode-light', hc: 'vscode-high-contrast', hcLight: 'vscode-high-contrast-light' };

/** Dresses the page as VS Code does: variables on the root, a class on the body. */
export function dress(name: ThemeName): void {
  for (const [variable, value] of Object.entries({ ...FONTS, ...COLOURS[name] })) document.documentElement.style.setProperty(`--vscode-${variable}`, value);
  document.body.classList.remove(...Object.values(CLASSES));
  document.body.classList.add(CLASSES[name]);
}
