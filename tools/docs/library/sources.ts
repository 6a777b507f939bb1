import { join } from 'node:path';
import { isPropertySignatureDeclaration, isVariableDeclaration, type Node } from 'typescript/unstable/ast';
import {
  API,
  type Checker,
  type Project,
  type Symbol as Sign,
  SignatureKind,
  SymbolFlags,
} from 'typescript/unstable/sync';
import { invariant } from '../../../src/errors.js';
import { packageFolder } from '../../../src/package.js';

/** A name that a module gives, with its docstring. */
export interface Exported {
  readonly name: string;
  readonly kind: 'function' | 'class' | 'value' | 'namespace' | 'type';
  /** Its first paragraph. */
  readonly doc: string;
}

/** A field of an object type. */
export interface Field {
  readonly name: string;
  readonly type: string;
  readonly doc: string;
}

/** The sources as the compiler reads them. */
export class Sources {
  readonly #project: Project;
  readonly #checker: Checker;

  private constructor(project: Project) {
    this.#project = project;
    this.#checker = project.checker;
  }

  /** What `work` makes of the sources; the compiler ends with it. */
  static read<Result>(work: (sources: Sources) => Result): Result {
    const root = packageFolder();
    const api = new API({ cwd: root });
    try {
      const [project] = api.updateSnapshot({ openProjects: [join(root, 'tsconfig.json')] }).getProjects();
      invariant(project !== undefined, 'the compiler opens the project');
      return work(new Sources(project));
    } finally {
      api.close();
    }
  }

  /** What a module gives, sorted by name. */
  exportsOf(path: string): readonly Exported[] {
    return this.#signsOf(path)
      .map((sign) => {
        const target = this.#target(sign);
        return { name: sign.name, kind: this.#kindOf(target), doc: this.#docOf(target) };
      })
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The declaration of what a module gives by a name; of a constant, the expression that it is. */
  declaration(path: string, name: string): Node {
    const sign = this.#signsOf(path).find((each) => each.name === name);
    invariant(sign !== undefined, `${path} has no ${name}`);
    const declaration = this.#target(sign).declarations[0]?.resolve(this.#project);
    invariant(declaration !== undefined, `${name} is declared`);
    if (!isVariableDeclaration(declaration)) return declaration;
    invariant(declaration.initializer !== undefined, `${name} has a value`);
    return declaration.initializer;
  }

  /** What a type that is named in a module is declared as, wherever that is. */
  declarationOfType(node: Node): Node {
    const sign = this.#checker.getSymbolAtLocation(node);
    invariant(sign !== undefined, `${node.getText()} is a name`);
    const declaration = this.#target(sign).declarations[0]?.resolve(this.#project);
    invariant(declaration !== undefined, `${node.getText()} is declared`);
    return declaration;
  }

  /** The properties of an object, or of an object type, as they are written. */
  fieldsOf(node: Node): readonly Field[] {
    const type = this.#checker.getTypeAtLocation(node);
    invariant(type !== undefined, `${node.getText()} has a type`);
    return this.#checker.getPropertiesOfType(type).map((property) => ({
      name: property.name,
      type: this.#typeText(property, node),
      doc: this.#docOf(property),
    }));
  }

  /** As the compiler says it, or by its name where that would be a list of fields. */
  #typeText(property: Sign, node: Node): string {
    const text = this.#checker.typeToString(this.#checker.getTypeOfSymbolAtLocation(property, node));
    if (!text.includes('{')) return text;
    const declaration = property.declarations[0]?.resolve(this.#project);
    return declaration !== undefined &&
      isPropertySignatureDeclaration(declaration) &&
      declaration.type !== undefined
      ? declaration.type.getText()
      : text;
  }

  #signsOf(path: string): readonly Sign[] {
    const file = this.#project.program.getSourceFile(join(packageFolder(), path));
    invariant(file !== undefined, `${path} is one of the sources`);
    const module = this.#checker.getSymbolAtLocation(file);
    invariant(module !== undefined, `${path} is a module`);
    return this.#checker.getExportsOfModule(module);
  }

  #target(sign: Sign): Sign {
    return sign.flags & SymbolFlags.Alias ? this.#checker.getAliasedSymbol(sign) : sign;
  }

  #docOf(sign: Sign): string {
    const [paragraph = ''] = sign.getDocumentationComment(this.#checker).split(/\n\s*\n/);
    return paragraph.replace(/\s+/g, ' ').trim();
  }

  #kindOf(sign: Sign): Exported['kind'] {
    const { flags } = sign;
    if (flags & SymbolFlags.Class) return 'class';
    if (flags & (SymbolFlags.Function | SymbolFlags.Variable)) {
      const type = this.#checker.getTypeOfSymbol(sign);
      const calls = type && this.#checker.getSignaturesOfType(type, SignatureKind.Call);
      return calls?.length ? 'function' : 'value';
    }
    return flags & SymbolFlags.Module ? 'namespace' : 'type';
  }
}
