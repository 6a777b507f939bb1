import {
  isIntersectionTypeNode,
  isLiteralTypeNode,
  isPropertySignatureDeclaration,
  isTypeAliasDeclaration,
  isTypeLiteralNode,
  isTypeReferenceNode,
  isUnionTypeNode,
  type Node,
  type TypeLiteralNode,
  type TypeNode,
} from 'typescript/unstable/ast';
import { invariant } from '../../../src/errors.js';
import type { Field, Sources } from './sources.js';

/** An event of a union of them. */
export interface EventType {
  readonly name: string;
  /** When it is reported. */
  readonly when: string;
  readonly fields: readonly Field[];
  /** A type whose fields it has, too. */
  readonly alsoHas?: string;
}

/** The members of a union of events, those of unions that it has among them. */
export function eventsOf(sources: Sources, path: string, name: string): readonly EventType[] {
  return membersOf(sources, sources.declaration(path, name));
}

function membersOf(sources: Sources, alias: Node): readonly EventType[] {
  invariant(isTypeAliasDeclaration(alias) && isUnionTypeNode(alias.type), 'events are a union');
  const { types } = alias.type;
  const events: EventType[] = [];
  let end = alias.type.pos;
  for (const member of types) {
    const before = member.getSourceFile().text.slice(end, member.getStart());
    end = member.end;
    const more = isTypeReferenceNode(member) ? included(sources, member) : [eventOf(sources, member, before)];
    events.push(...more.filter((event) => events.every(({ name }) => name !== event.name)));
  }
  return events;
}

/** `Exclude<Others, ...>`, or `Others`: what it leaves out is in the union already. */
function included(sources: Sources, member: TypeNode): readonly EventType[] {
  invariant(isTypeReferenceNode(member), 'a union of events is named');
  const [others = member] = member.typeArguments ?? [];
  invariant(isTypeReferenceNode(others), 'a union of events is named');
  return membersOf(sources, sources.declarationOfType(others.typeName));
}

function eventOf(sources: Sources, member: TypeNode, before: string): EventType {
  const parts = parenthesesOff(member);
  const literal = parts.find(isTypeLiteralNode);
  invariant(literal !== undefined, 'an event has fields');
  const when = /\/\*\*([\s\S]*?)\*\//
    .exec(before)?.[1]
    ?.replace(/\s+\*?\s*/g, ' ')
    .trim();
  const name = nameOf(literal);
  invariant(when !== undefined && when !== '', `the event ${name} has no docstring`);
  const fields = sources.fieldsOf(literal).filter((field) => field.name !== 'type');
  const other = parts.find(isTypeReferenceNode);
  return { name, when, fields, ...(other !== undefined && { alsoHas: other.getText() }) };
}

/** The members of an intersection, or the one type. */
function parenthesesOff(node: Node): readonly Node[] {
  if (isIntersectionTypeNode(node)) return node.types;
  const inside: Node[] = [];
  if (!isTypeLiteralNode(node)) node.forEachChild((child) => void inside.push(child));
  const [only] = inside;
  return only !== undefined && inside.length === 1 ? parenthesesOff(only) : [node];
}

function nameOf(literal: TypeLiteralNode): string {
  for (const member of literal.members) {
    if (!isPropertySignatureDeclaration(member) || member.name.getText() !== 'type') continue;
    invariant(member.type !== undefined && isLiteralTypeNode(member.type), 'the type of an event is a word');
    return member.type.getText().slice(1, -1);
  }
  throw new Error('an event without a type');
}
