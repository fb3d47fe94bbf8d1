/**
 * Endpoints and EndpointSlices. In come Services, the Pods that they select and the Pods' Nodes;
 * out go EndpointSlices of each of a Service's families, and the older Endpoints object of its
 * primary family. What they should contain ({@code ServiceEndpoints}, {@code EndpointSubsets}) and
 * which slices to write for it ({@code SlicePacking}) is pure. Called by the controller manager.
 */
@NullMarked
package io.biplane.controllers.endpoints;

import org.jspecify.annotations.NullMarked;
