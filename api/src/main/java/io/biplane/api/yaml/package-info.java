/**
 * YAML in and out: text on one side, JSON trees on the other. The API server reads request bodies
 * with it, the client its kubeconfig, the command line manifests.
 */
@NullMarked
package io.biplane.api.yaml;

import org.jspecify.annotations.NullMarked;
