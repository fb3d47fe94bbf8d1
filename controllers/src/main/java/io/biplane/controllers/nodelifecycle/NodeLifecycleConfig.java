package io.biplane.controllers.nodelifecycle;

import java.time.Duration;

/**
 * How long silence is borne.
 *
 * @param grace {@code --node-monitor-grace-period}: without a sign of life for so long, a Node is
 *     Unknown
 * @param eviction how long Pods stay on a Node that is not ready, where they do not say themselves
 * @param quarantine how long Pods outlive their Node object
 */
public record NodeLifecycleConfig(Duration grace, Duration eviction, Duration quarantine) {
    /** Upstream's times, but for the quarantine, which is there 40 seconds and a turn. */
    public static final NodeLifecycleConfig DEFAULT =
            new NodeLifecycleConfig(
                    Duration.ofSeconds(40), Duration.ofSeconds(300), Duration.ofSeconds(20));
}
