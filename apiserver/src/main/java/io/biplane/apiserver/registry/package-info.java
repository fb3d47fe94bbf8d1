/**
 * The verbs, a file each. In come calls (a request whose path has been understood); each verb reads
 * or changes the store and answers with rendered bytes or a watch stream. Changes are made by
 * {@code write}, each in one transaction. Called by {@code route}.
 */
@NullMarked
package io.biplane.apiserver.registry;

import org.jspecify.annotations.NullMarked;
