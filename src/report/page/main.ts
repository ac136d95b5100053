document.title += ''

export {}
