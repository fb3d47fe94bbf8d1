package io.biplane.node;

import io.biplane.api.Fields;
import io.biplane.api.Json;
import io.biplane.api.StatusException;
import io.biplane.api.kind.Kinds;
import io.biplane.api.view.PodView;
import io.biplane.client.ApiClient;
import io.biplane.client.DeleteOptions;
import io.biplane.client.PatchType;
import io.biplane.client.event.EventRecorder;
import io.biplane.client.informer.Informer;
import io.biplane.client.informer.Key;
import io.biplane.client.queue.WorkQueue;
import io.biplane.client.selection.ServiceSelection;
import io.biplane.linux.SyscallException;
import io.biplane.linux.netlink.NetlinkException;
import io.biplane.netip.Addr;
import io.biplane.network.fabric.RepairEvents;
import io.biplane.network.pod.Attachment;
import io.biplane.network.pod.PodId;
import io.biplane.node.standin.ServedPod;
import io.biplane.node.standin.ServedState;
import io.biplane.node.standin.ServedState.Container;
import io.biplane.node.standin.StandInsClient;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Collectors;

/**
 * Brings each pod of this process's nodes to where the API wants it: attached, served, reported; or
 * ended, detached, deleted. A key is a pod's name; one worker has it at a time.
 */
final class PodLoop implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(PodLoop.class.getName());
    private static final int WORKERS = 8;
    private static final Duration WAIT_FOR_CIDRS = Duration.ofMillis(500);

    /**
     * How long a pod that is to end still answers, so that proxies everywhere learn of it first; no
     * longer than its grace period.
     */
    private static final Duration LINGER = Duration.ofMillis(500);

    private final ApiClient client;
    private final Informer<PodView> pods;
    private final ServiceSelection selection;
    private final Map<String, NodePods> nodes;
    private final StandInsClient standIns;
    private final WaitingPods waiting;
    private final EventRecorder events;

    /** Pods to whose network something may have happened since it was last looked at. */
    private final Set<PodId> suspects = ConcurrentHashMap.newKeySet();

    private final ConcurrentMap<Key, LocalPod> local = new ConcurrentHashMap<>();

    /** Pods of which a container exited since their worker last looked here. */
    private final Set<Key> exited = ConcurrentHashMap.newKeySet();

    private final WorkQueue<Key> queue = new WorkQueue<>("pods", WORKERS, this::reconcile);

    PodLoop(
            ApiClient client,
            Informer<PodView> pods,
            ServiceSelection selection,
            Map<String, NodePods> nodes,
            StandInsClient standIns,
            EventRecorder events) {
        this.client = client;
        this.pods = pods;
        this.selection = selection;
        this.nodes = nodes;
        this.standIns = standIns;
        this.events = events;
        this.waiting = new WaitingPods(events, InstantSource.system());
    }

    void start() {
        queue.start();
    }

    void add(PodView pod) {
        if (nodes.containsKey(pod.nodeName())) {
            queue.add(Key.of(pod.meta()));
        }
    }

    /** Something may have happened to the pod's network: it is looked at, and repaired. */
    void suspect(PodId pod) {
        suspects.add(pod);
        queue.add(new Key(pod.namespace(), pod.name()));
    }

    void addAll() {
        pods.list().forEach(this::add);
        local.keySet().forEach(queue::add);
    }

    private void reconcile(Key key) throws IOException {
        Optional<PodView> pod = pods.get(key).filter(p -> nodes.containsKey(p.nodeName()));
        LocalPod here = local.get(key);
        if (here != null && !pod.map(p -> p.uid().equals(here.id.uid())).orElse(false)) {
            end(key, here);
        }
        if (pod.isEmpty() || pod.get().terminating()) {
            waiting.remove(key);
        }
        if (pod.isEmpty()) {
            return;
        }
        if (pod.get().terminating()) {
            terminate(key, pod.get());
        } else if (pod.get().terminal()) {
            endIfThere(key, pod.get());
        } else {
            run(key, pod.get());
        }
    }

    private void run(Key key, PodView pod) throws IOException {
        LocalPod here = local.get(key);
        if (here == null) {
            try {
                here = attach(pod);
            } catch (RuntimeException e) {
                waitForNetwork(pod, "FailedCreatePodSandBox", WaitingPods.sandbox(e));
                throw e;
            }
            if (here == null) {
                waitForNetwork(pod, "NetworkNotReady", WaitingPods.noPodCidrs(pod));
                queue.addAfter(key, WAIT_FOR_CIDRS);
                return;
            }
            local.put(key, here);
            waiting.remove(key);
        }
        repairNetwork(here, pod);
        Map<String, Integer> restarted = serve(here, pod);
        ServedState state = here.state;
        if (state == null) {
            return;
        }
        ObjectNode status =
                new PodStatus(
                                pod,
                                here.addresses,
                                here.node.config().addresses(),
                                Optional.of(state),
                                here.instance,
                                restarted,
                                here.cutOff,
                                Instant.now())
                        .toJson();
        report(pod, status);
        if (here.cutOff.isPresent()) {
            throw new IllegalStateException(here.cutOff.get()); // the queue tries again
        }
    }

    /** What has happened to the pod's network is put right; until then the pod is not ready. */
    private void repairNetwork(LocalPod here, PodView pod) {
        if (here.hostNetwork || !suspects.remove(here.id)) {
            return;
        }
        try {
            List<String> repaired = here.node.repair(here.id);
            here.cutOff = Optional.empty();
            if (!repaired.isEmpty()) {
                String what = RepairEvents.summary(repaired);
                LOG.log(
                        System.Logger.Level.WARNING,
                        () -> "repaired pod=%s: %s".formatted(here.id, what));
                events.onHost(pod.nodeName())
                        .warning(
                                pod.json(),
                                "NetworkRepaired",
                                "Repaired the pod's network: " + what);
            }
        } catch (NetlinkException | SyscallException | UncheckedIOException e) {
            suspects.add(here.id);
            here.cutOff = Optional.of("the pod's network cannot be repaired: " + e.getMessage());
        }
    }

    /** Says why the pod does not run yet; its queue tries again. */
    private void waitForNetwork(PodView pod, String reason, String message) {
        waiting.tell(pod, reason, message);
        List<Addr> hostIps = node(pod).config().addresses();
        report(pod, PodStatus.waiting(pod, hostIps, Instant.now()).toJson());
    }

    private NodePods node(PodView pod) {
        NodePods node = nodes.get(pod.nodeName());
        if (node == null) {
            throw new IllegalStateException("node %s is not ours".formatted(pod.nodeName()));
        }
        return node;
    }

    private @Nullable LocalPod attach(PodView pod) {
        NodePods node = node(pod);
        if (pod.hostNetwork()) {
            List<Addr> hostIps = node.config().addresses();
            return new LocalPod(NodePods.idOf(pod), node, true, node.hostNetns(), hostIps);
        }
        if (!node.hasPodCidrs()) {
            return null;
        }
        NodePods.Attached attached = node.attach(pod);
        if (attached.anew()) {
            events.onHost(pod.nodeName())
                    .normal(
                            pod.json(),
                            "SandboxChanged",
                            "The pod's network namespace or its link was gone: it has others now");
        }
        Attachment network = attached.network();
        return new LocalPod(NodePods.idOf(pod), node, false, network.netns(), network.addresses());
    }

    /**
     * Tells the stand-ins if there is something new to tell.
     *
     * @return containers that had exited and were started again, with their exit codes
     */
    private Map<String, Integer> serve(LocalPod here, PodView pod) throws IOException {
        int run = here.served == null ? 0 : here.served.run();
        ServedPod wanted = wanted(here, pod, run);
        here.unsure |= exited.remove(Key.of(pod.meta()));
        boolean told = wanted.equals(here.served) && standIns.instance().equals(here.instance);
        ServedState state = here.state;
        if (!told || here.unsure || state == null || !settled(state)) {
            state = ask(here, wanted);
        }
        Map<String, Integer> restarting = toRestart(pod, state);
        if (!restarting.isEmpty()) {
            var _ = ask(here, wanted(here, pod, state.pod().run() + 1));
        }
        return restarting;
    }

    private ServedState ask(LocalPod here, ServedPod wanted) throws IOException {
        StandInsClient.Answer answer = standIns.serve(wanted);
        here.served = wanted;
        here.state = answer.state();
        here.instance = answer.instance();
        here.unsure = false;
        return answer.state();
    }

    /** Nothing failed: a failed port is tried again whenever the pod comes up. */
    private static boolean settled(ServedState state) {
        return state.containers().values().stream().noneMatch(Container.Failed.class::isInstance);
    }

    private ServedPod wanted(LocalPod here, PodView pod, int run) {
        String hostname = pod.hostname().isEmpty() ? pod.name() : pod.hostname();
        return new ServedPod(
                pod.uid(),
                pod.namespace(),
                pod.name(),
                pod.nodeName(),
                here.hostNetwork ? pod.nodeName() : hostname,
                here.netns,
                here.addresses,
                run,
                StandInPorts.of(pod, selection.services(pod)));
    }

    private static Map<String, Integer> toRestart(PodView pod, ServedState state) {
        String policy = Fields.optionalText(pod.json(), "spec", "restartPolicy").orElse("Always");
        return state.containers().entrySet().stream()
                .filter(e ->
                        e.getValue() instanceof Container.Exited(int code)
                                && (policy.equals("Always")
                                        || (policy.equals("OnFailure") && code != 0)))
                .collect(
                        Collectors.toMap(
                                Map.Entry::getKey, e -> ((Container.Exited) e.getValue()).code()));
    }

    /**
     * A container exited by itself: what the stand-ins said last is no longer so, and what they are
     * saying at this moment may not be, either. Called on their reader's thread.
     */
    void exited(ServedState state) {
        ServedPod pod = state.pod();
        Key key = new Key(pod.namespace(), pod.name());
        exited.add(key);
        if (local.containsKey(key)) {
            queue.add(key);
        } else {
            exited.remove(key); // it has ended meanwhile
        }
    }

    private void report(PodView pod, ObjectNode status) {
        if (StatusDifference.none(pod.json().path("status"), status)) {
            return;
        }
        ObjectNode patch = Json.object();
        patch.putObject("metadata").put("uid", pod.uid());
        patch.set("status", status);
        try {
            pods.written(
                    client.patchStatus(
                            Kinds.PODS, pod.namespace(), pod.name(), PatchType.MERGE, patch));
        } catch (StatusException e) {
            if (e.code() != 404) {
                throw e; // gone meanwhile: the informer will tell
            }
        }
    }

    /**
     * Answers a little longer, then ends; the object goes last, when nothing is left of the pod.
     */
    private void terminate(Key key, PodView pod) throws IOException {
        LocalPod here = local.get(key);
        if (here != null) {
            Instant now = Instant.now();
            Instant since = here.ending == null ? now : here.ending;
            here.ending = since;
            int grace = Fields.number(pod.json(), 0, "metadata", "deletionGracePeriodSeconds");
            Duration linger = grace == 0 ? Duration.ZERO : LINGER;
            Duration left = Duration.between(now, since.plus(linger));
            if (left.isPositive()) {
                queue.addAfter(key, left);
                return;
            }
            end(key, here);
        } else {
            forget(pod);
        }
        try {
            client.delete(
                    Kinds.PODS,
                    pod.namespace(),
                    pod.name(),
                    DeleteOptions.DEFAULT.withGrace(0).onlyUid(pod.uid()));
        } catch (StatusException e) {
            if (e.code() != 404 && e.code() != 409) {
                throw e; // gone, or another pod of that name: done either way
            }
        }
    }

    private void endIfThere(Key key, PodView pod) throws IOException {
        LocalPod here = local.get(key);
        if (here != null) {
            end(key, here);
        } else {
            forget(pod);
        }
    }

    /** Ends what earlier agents began. */
    private void forget(PodView pod) throws IOException {
        standIns.stop(List.of(pod.uid()));
        node(pod).forget(pod);
    }

    private void end(Key key, LocalPod here) throws IOException {
        standIns.stop(List.of(here.id.uid()));
        if (!here.hostNetwork) {
            here.node.detach(here.id, here.addresses);
        }
        local.remove(key);
        exited.remove(key);
        waiting.on(here.node.config().name()).forEach(queue::add); // its addresses are free
    }

    @Override
    public void close() {
        queue.close();
    }
}
