import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

/** A name that the door of a room exports. */
export interface DoorName {
  readonly room: string
  readonly name: string
  /** The file with its declaration. */
  readonly file: string
  /** What its doc comment says besides its tags; empty without one. */
  readonly comment: string
  /** Types in its signature that a door exports, each as `room.name`: with the name, a user needs them. */
  readonly types: readonly string[]
  /** Types in its signature that their own files export and no door does. */
  readonly hidden: readonly string[]
}

/** Rooms whose doors are no library: the command, and the page's script. */
const closedRooms = ['cli', 'web']

/** Every name of every door below the folder `src`, as the compiler sees it. */
export function readDoors(src: string): readonly DoorName[] {
  const rooms = readdirSync(src, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !closedRooms.includes(entry.name))
    .map(({ name }) => ({ room: name, door: join(src, name, 'index.ts') }))
  const program = ts.createProgram(
    rooms.map(({ door }) => door),
    {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      allowImportingTsExtensions: true,
      noEmit: true,
      strict: true,
      types: ['node'],
    },
  )
  const checker = program.getTypeChecker()
  const exported = rooms.flatMap(({ room, door }) => {
    const module = checker.getSymbolAtLocation(program.getSourceFile(door)!)
    return module === undefined
      ? []
      : checker
          .getExportsOfModule(module)
          .map((symbol) => ({ room, name: symbol.name, symbol: target(symbol, checker) }))
  })
  const exportedOnes = new Set(exported.map(({ symbol }) => symbol))
  const isOurs = (symbol: ts.Symbol) => symbol.declarations?.some((d) => d.getSourceFile().fileName.startsWith(src))
  return exported.map(({ room, name, symbol }) => {
    const mentioned = [...typesIn(symbol, checker)].filter((other) => other !== symbol && isOurs(other))
    return {
      room,
      name,
      file: symbol.declarations![0]!.getSourceFile().fileName,
      comment: ts.displayPartsToString(symbol.getDocumentationComment(checker)),
      types: exported.filter(({ symbol: one }) => mentioned.includes(one)).map((one) => `${one.room}.${one.name}`),
      hidden: mentioned.filter((other) => !exportedOnes.has(other) && isExportedType(other)).map((other) => other.name),
    }
  })
}

function target(symbol: ts.Symbol, checker: ts.TypeChecker): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
}

function isExportedType({ declarations = [] }: ts.Symbol): boolean {
  return declarations.some(
    (d) =>
      (ts.isInterfaceDeclaration(d) || ts.isTypeAliasDeclaration(d) || ts.isClassDeclaration(d)) &&
      (ts.getCombinedModifierFlags(d) & ts.ModifierFlags.Export) !== 0,
  )
}

/** Every type that declarations speak of; where one is inferred, those of what the compiler inferred. Bodies do not count. */
function typesIn({ declarations = [] }: ts.Symbol, checker: ts.TypeChecker): Set<ts.Symbol> {
  const found = new Set<ts.Symbol>()
  for (const declaration of declarations) {
    if (ts.isFunctionDeclaration(declaration)) signature(declaration)
    else if (ts.isVariableDeclaration(declaration)) typed(declaration)
    else if (ts.isClassDeclaration(declaration)) {
      declaration.heritageClauses?.forEach(written)
      declaration.members.filter(isPublic).forEach(member)
    } else written(declaration)
  }
  return found

  function member(node: ts.ClassElement): void {
    if (ts.isMethodDeclaration(node) || ts.isConstructorDeclaration(node) || ts.isGetAccessor(node)) signature(node)
    else if (ts.isPropertyDeclaration(node)) typed(node)
  }

  function signature(node: ts.SignatureDeclaration): void {
    node.typeParameters?.forEach(written)
    node.parameters.forEach(typed)
    if (node.type !== undefined) written(node.type)
    else if (!ts.isConstructorDeclaration(node))
      inferred(checker.getReturnTypeOfSignature(checker.getSignatureFromDeclaration(node)!), node)
  }

  function typed(node: ts.ParameterDeclaration | ts.VariableDeclaration | ts.PropertyDeclaration): void {
    if (node.type !== undefined) written(node.type)
    else inferred(checker.getTypeAtLocation(node), node)
  }

  function inferred(type: ts.Type, at: ts.Node): void {
    const { NoTruncation, UseAliasDefinedOutsideCurrentScope } = ts.NodeBuilderFlags
    const node = checker.typeToTypeNode(type, at, NoTruncation | UseAliasDefinedOutsideCurrentScope)
    if (node !== undefined) written(node)
  }

  function written(node: ts.Node): void {
    if (ts.isTypeReferenceNode(node)) see(node.typeName)
    else if (ts.isExpressionWithTypeArguments(node)) see(node.expression)
    else if (ts.isTypeQueryNode(node)) see(node.exprName)
    else if (ts.isImportTypeNode(node) && node.qualifier !== undefined) see(node.qualifier)
    ts.forEachChild(node, written)
  }

  function see(name: ts.Node): void {
    const symbol = checker.getSymbolAtLocation(name) ?? symbolOf(name)
    if (symbol !== undefined) found.add(target(symbol, checker))
  }
}

/** The symbol that the compiler leaves on the names of a type it has made. */
function symbolOf(name: ts.Node): ts.Symbol | undefined {
  return 'symbol' in name ? (name.symbol as ts.Symbol | undefined) : undefined
}

function isPublic(node: ts.ClassElement): boolean {
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected
  return (
    !(node.name !== undefined && ts.isPrivateIdentifier(node.name)) && !(ts.getCombinedModifierFlags(node) & hidden)
  )
}
