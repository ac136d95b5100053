export const pageStyle = `body{margin:0}`
