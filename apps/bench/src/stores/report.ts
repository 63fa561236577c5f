import { cpus } from 'node:os'
import type { Latencies } from './timing.ts'

export function printHeading(text: string): void {
  console.log(`\n## ${text}\n`)
}

/** One core more or less, and what else runs, changes every figure below. */
export function printMachine(server: string): void {
  console.log(`${server}, Node ${process.versions.node}, ${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'})`)
}

export function printLatencies(rows: Readonly<Record<string, Latencies>>): void {
  console.log('| call | calls/s | p50 ms | p99 ms | max ms |\n|---|---:|---:|---:|---:|')
  for (const [name, { perSecond, p50Ms, p99Ms, maxMs }] of Object.entries(rows)) {
    console.log(`| ${name} | ${Math.round(perSecond)} | ${p50Ms.toFixed(2)} | ${p99Ms.toFixed(2)} | ${maxMs.toFixed(1)} |`)
  }
}

export function printFacts(facts: Readonly<Record<string, string | number>>): void {
  for (const [name, value] of Object.entries(facts)) console.log(`- ${name}: ${value}`)
}
