/** One package per controller: node IPAM, endpoints, scheduling, namespaces, workloads. */
@NullMarked
package io.biplane.controllers;

import org.jspecify.annotations.NullMarked;
