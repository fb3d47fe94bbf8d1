package io.biplane.cli.status;

/**
 * One thing of a cluster.
 *
 * @param kind {@code process}, {@code node}, {@code kernel} or {@code pod}, or {@code api}
 * @param subject what it is, such as {@code agents} or {@code node-1}
 * @param right whether it is as it should be
 * @param state one word, such as {@code running}, {@code DOWN} or {@code NotReady}
 * @param detail more; where it is not right, why and what to do
 */
record Line(String kind, String subject, boolean right, String state, String detail) {}
