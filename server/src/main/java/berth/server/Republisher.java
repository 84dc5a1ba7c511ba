package berth.server;

import berth.block.BlockException;
import berth.block.Source;
import berth.block.SourceOpener;
import berth.ceph.CephStore;
import berth.ceph.PublishedSource;
import berth.migration.Mover;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Shows the sources of all migrations of a cluster that librbd reads from here, as their records say, for as long as they
 * need it. So whatever ended the program that showed them before, their images can be read on. For one thread.
 */
public final class Republisher implements AutoCloseable {
    private final CephStore store;
    private final SourceOpener sources;
    private final Mover mover;
    private final HttpPublisher http;
    private final Consumer<String> log;
    private final Map<PublishedSource, Source> shown = new HashMap<>();
    private final Set<String> said = new HashSet<>();

    /**
     * @param http stays the caller's to close
     * @param log takes a line for each thing that happens
     */
    public Republisher(CephStore store, SourceOpener sources, Mover mover, HttpPublisher http, Consumer<String> log) {
        this.store = store;
        this.sources = sources;
        this.mover = mover;
        this.http = http;
        this.log = log;
    }

    /** Looks what there is to show now. */
    public void look() {
        List<PublishedSource> wanted;
        try {
            wanted = store.published();
        } catch (BlockException e) {
            sayOnce("the cluster cannot be asked: " + e.getMessage());
            return; // What is shown is needed all the more.
        }
        for (PublishedSource published : List.copyOf(shown.keySet())) {
            if (wanted.stream().noneMatch(other -> other.targetId().equals(published.targetId()))) {
                log.accept("no longer serving the source of " + published.target());
                withdraw(published);
            }
        }
        for (PublishedSource published : wanted) {
            boolean known =
                    shown.keySet().stream().anyMatch(other -> other.targetId().equals(published.targetId()));
            if (!known) {
                show(published);
            }
        }
    }

    private void show(PublishedSource published) {
        if (!http.serves(published.url())) {
            sayOnce("the source of " + published.target() + " is served from "
                    + published.url().resolve("/") + ", not from here");
            return;
        }
        try {
            mover.requireUnchangedSource(published.target());
            Source source = sources.open(published.description());
            try {
                http.publishAgain(published.url(), source);
            } catch (BlockException e) {
                source.close();
                throw e;
            }
            shown.put(published, source);
            log.accept("serving the source of " + published.target());
        } catch (BlockException e) {
            sayOnce("the source of " + published.target() + " cannot be served: " + e.getMessage());
        }
    }

    private void withdraw(PublishedSource published) {
        http.withdraw(published.url());
        Source source = shown.remove(published);
        if (source != null) {
            source.close();
        }
    }

    private void sayOnce(String line) {
        if (said.add(line)) {
            log.accept(line);
        }
    }

    /** Shows nothing any more. */
    @Override
    public void close() {
        List.copyOf(shown.keySet()).forEach(this::withdraw);
    }
}
