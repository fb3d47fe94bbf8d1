package io.biplane.cli.cluster;

import io.biplane.linux.Limits;
import io.biplane.linux.Memory;
import io.biplane.linux.NetworkNamespace;

/**
 * What a machine lets a cluster have.
 *
 * @param openFiles of one process
 * @param networkNamespaces of this user
 * @param mounts in one mount namespace; each named namespace is one
 * @param totalBytes of memory, for all processes
 * @param freeBytes of it, that can be had without swapping; what the cluster's pods take counts as
 *     free
 */
record MachineLimits(
        long openFiles, long networkNamespaces, long mounts, long totalBytes, long freeBytes) {

    /** Of this machine, and of what this process starts. */
    static MachineLimits read(String podNamespaces) {
        Memory memory = Memory.ofThisProcess();
        long pods =
                NetworkNamespace.list().stream()
                        .filter(name -> name.startsWith(podNamespaces))
                        .count();
        return new MachineLimits(
                Limits.raiseOpenFiles().current(),
                Limits.networkNamespaces(),
                Limits.mounts(),
                memory.totalBytes(),
                memory.availableBytes() + pods * PodCapacity.BYTES_A_POD);
    }
}
