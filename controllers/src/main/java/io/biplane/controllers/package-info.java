/**
 * The controllers, a package for each, and what starts them.
 *
 * <p>In come the objects that informers hold; out go writes to the API that bring the cluster
 * nearer to what the objects ask for. What should be is computed by pure code; the controllers' own
 * classes carry it to the API and back off when it refuses. Called by cli.
 */
@NullMarked
package io.biplane.controllers;

import org.jspecify.annotations.NullMarked;
