package io.biplane.node;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.biplane.api.view.PodView;
import io.biplane.linux.NetworkNamespace;
import io.biplane.linux.events.KernelEvents;
import io.biplane.netip.Addr;
import io.biplane.netip.Prefix;
import io.biplane.network.fabric.ClusterNetwork;
import io.biplane.network.pod.Attachment;
import io.biplane.network.pod.PodId;
import io.biplane.network.pod.PodIpam;
import io.biplane.network.pod.PodNetwork;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * The network of one node's pods: their addresses and links. Used by many workers, a pod by one.
 */
final class NodePods implements AutoCloseable {
    private final NodeConfig config;
    private final ClusterNetwork network;
    private final PodNetwork links;
    private final ExecutorService kernel;

    @GuardedBy("this")
    private List<Prefix> podCidrs = List.of();

    /** Why the podCIDRs have no address for a pod. */
    @GuardedBy("this")
    private Optional<String> fault = Optional.empty();

    @GuardedBy("this")
    private PodIpam ipam = new PodIpam(List.of());

    /** What pods have, or are about to get: it stays theirs when the podCIDRs change. */
    @GuardedBy("this")
    private final Set<Addr> given = new HashSet<>();

    /** What pods have that were there before this agent, by uid, until they are looked at. */
    @GuardedBy("this")
    private final Map<String, List<Addr>> kept = new HashMap<>();

    /**
     * @param kernel runs what blocks in the kernel; see {@link KernelThreads}
     * @param suspicion hears of pods to whose network something may have happened
     */
    NodePods(
            NodeConfig config,
            ClusterNetwork network,
            ExecutorService kernel,
            KernelEvents events,
            Consumer<PodId> suspicion) {
        this.config = config;
        this.kernel = kernel;
        this.network = network;
        try (NetworkNamespace node = NetworkNamespace.open(network.nodeNamespace(config.name()))) {
            this.links = PodNetwork.open(node, network.podNamespacePrefix(), events, suspicion);
        }
    }

    NodeConfig config() {
        return config;
    }

    Path hostNetns() {
        return NetworkNamespace.DIRECTORY.resolve(network.nodeNamespace(config.name()));
    }

    synchronized boolean hasPodCidrs() {
        return !podCidrs.isEmpty();
    }

    /**
     * Takes the Node's podCIDRs: whole, or not at all. Its pods keep what they have: what the
     * kernel routes to them and, where it routes nothing, what their status says.
     *
     * @return whether they are news
     */
    synchronized boolean podCidrs(List<Prefix> blocks, Collection<PodView> pods) {
        if (blocks.isEmpty() || blocks.equals(podCidrs)) {
            return false;
        }
        Optional<String> newFault = fault(network, blocks);
        PodIpam newIpam = new PodIpam(newFault.isEmpty() ? blocks : List.of());
        Map<String, List<Addr>> newKept = new HashMap<>();
        given.forEach(newIpam::reserve);
        Map<String, List<Addr>> attached = links.list();
        for (PodView pod : pods) {
            if (!pod.hostNetwork() && !pod.terminal()) {
                List<Addr> known =
                        new ArrayList<>(attached.getOrDefault(idOf(pod).link(), List.of()));
                known.addAll(pod.ips());
                Optional<List<Addr>> has = inOrder(blocks, known);
                if (has.isPresent() && reserveAll(newIpam, has.get())) {
                    newKept.put(pod.uid(), has.get());
                }
            }
        }
        podCidrs = List.copyOf(blocks);
        fault = newFault;
        ipam = newIpam;
        kept.clear();
        kept.putAll(newKept);
        return true;
    }

    /** Why no pod can have addresses of these blocks; empty if pods can. */
    static Optional<String> fault(ClusterNetwork network, List<Prefix> blocks) {
        return blocks.stream()
                .flatMap(block -> network.foreign(block).stream())
                .findFirst()
                .map(why -> why + ": make the Node anew, without a podCIDR")
                .or(() -> PodIpam.fault(blocks));
    }

    private static boolean reserveAll(PodIpam ipam, List<Addr> addresses) {
        List<Addr> reserved = new ArrayList<>();
        for (Addr address : addresses) {
            if (!ipam.reserve(address)) {
                ipam.free(reserved);
                return false;
            }
            reserved.add(address);
        }
        return true;
    }

    /** One address of each block, in their order; empty if some block has none. */
    private static Optional<List<Addr>> inOrder(List<Prefix> blocks, List<Addr> addresses) {
        List<Addr> ordered = new ArrayList<>();
        for (Prefix block : blocks) {
            addresses.stream().filter(block::contains).findFirst().ifPresent(ordered::add);
        }
        return ordered.size() == blocks.size() ? Optional.of(ordered) : Optional.empty();
    }

    static PodId idOf(PodView pod) {
        return new PodId(pod.namespace(), pod.name(), pod.uid());
    }

    /**
     * A pod with its network.
     *
     * @param anew whether it had one before, which is gone
     */
    record Attached(Attachment network, boolean anew) {}

    /**
     * Attaches the pod, or adopts its links if they lead from the node to it.
     *
     * @throws IllegalStateException if no address is to be had, naming the block
     */
    Attached attach(PodView pod) {
        PodId id = idOf(pod);
        List<Addr> before;
        List<Addr> addresses;
        PodIpam from;
        synchronized (this) {
            if (fault.isPresent()) {
                throw new IllegalStateException(fault.get());
            }
            before = kept.remove(pod.uid());
            addresses = before != null ? before : ipam.allocate();
            given.addAll(addresses);
            from = ipam;
        }
        try {
            return KernelThreads.call(kernel, () -> attach(id, addresses, before != null));
        } catch (RuntimeException e) {
            if (before == null) {
                free(addresses);
            } else {
                keep(pod.uid(), before, from);
            }
            throw e;
        }
    }

    /**
     * What was there before stays the pod's until it is attached or forgotten: others cannot have
     * its addresses while a link may lead to them. Where the podCIDRs are others by now, it is a
     * pod like any other.
     */
    private synchronized void keep(String uid, List<Addr> addresses, PodIpam from) {
        if (ipam == from) {
            kept.put(uid, addresses);
        } else {
            ipam.free(addresses);
        }
        given.removeAll(addresses);
    }

    private Attached attach(PodId id, List<Addr> addresses, boolean known) {
        Optional<Attachment> adopted =
                known ? links.adopt(id, addresses) : Optional.<Attachment>empty();
        return adopted.map(network -> new Attached(network, false))
                .orElseGet(() -> new Attached(links.attach(id, addresses), known));
    }

    /**
     * Puts right what has happened to a pod's network.
     *
     * @return what was missing or wrong
     */
    List<String> repair(PodId pod) {
        return KernelThreads.call(kernel, () -> links.repair(pod));
    }

    void detach(PodId pod, List<Addr> addresses) {
        KernelThreads.call(
                kernel,
                () -> {
                    links.detach(pod);
                    return pod;
                });
        free(addresses);
    }

    /** Removes what a pod has that ends before it was looked at, as when agents were away. */
    void forget(PodView pod) {
        List<Addr> had;
        synchronized (this) {
            had = kept.get(pod.uid());
        }
        if (had == null) {
            return;
        }
        PodId id = idOf(pod);
        KernelThreads.call(
                kernel,
                () -> {
                    links.removeOrphan(id.link());
                    NetworkNamespace.delete(id.netns(network.podNamespacePrefix()));
                    return id;
                });
        synchronized (this) {
            kept.remove(pod.uid());
            free(had);
        }
    }

    private synchronized void free(List<Addr> addresses) {
        ipam.free(addresses);
        given.removeAll(addresses);
    }

    /** Removes links that belong to none of these pods; returns how many. */
    int removeOrphans(Collection<PodView> pods) {
        Set<String> known = pods.stream().map(p -> idOf(p).link()).collect(Collectors.toSet());
        List<String> orphans =
                links.list().keySet().stream().filter(link -> !known.contains(link)).toList();
        orphans.forEach(links::removeOrphan);
        return orphans.size();
    }

    @Override
    public void close() {
        links.close();
    }
}
