package dev.tollgate.app;

import dev.tollgate.base.config.Settings;
import dev.tollgate.calls.metering.CurrentModels;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.Foresight;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the operator should know before it happens or costs: models that retire, what is sold for less than it costs, a server without
 * an upstream. The start tells all of it, and what comes to it later is logged once. Thread-safe.
 */
final class Foretold {

    static final Duration LOOK_EVERY = Duration.ofMinutes(1);

    private static final Logger log = LoggerFactory.getLogger(Foretold.class);

    private final Settings settings;
    private final Store store;
    private final Catalogue catalogue;
    private final CurrentModels current;
    private final UpstreamChannels channels;
    private final InstantSource clock;
    private final boolean isSandbox;
    private final Set<String> told = ConcurrentHashMap.newKeySet();

    /** What is so now the start tells itself. @param isSandbox whether calls cost nothing */
    Foretold(
            Settings settings,
            Store store,
            Catalogue catalogue,
            CurrentModels current,
            UpstreamChannels channels,
            boolean isSandbox,
            InstantSource clock) {
        this.settings = settings;
        this.store = store;
        this.catalogue = catalogue;
        this.current = current;
        this.channels = channels;
        this.isSandbox = isSandbox;
        this.clock = clock;
        told.addAll(ofModels());
    }

    /** Logs what was not told yet. */
    void look() {
        ofModels().stream().filter(told::add).forEach(log::warn);
    }

    /** What models become, and where calls cost money what follows for the operator. It changes while the program runs. */
    private List<String> ofModels() {
        Foresight foresight = new Foresight(catalogue, current, clock.instant());
        List<String> sentences = new ArrayList<>(foresight.retirements());
        if (!isSandbox) {
            sentences.addAll(foresight.losses());
            sentences.addAll(foresight.smallAnswers());
        }
        return sentences;
    }

    /** What customers are told of the models that they use; prices only if calls cost money. */
    List<Foresight.Change> changes() {
        Foresight foresight = new Foresight(catalogue, current, clock.instant());
        List<Foresight.Change> changes = new ArrayList<>(foresight.retiring());
        if (!isSandbox) {
            changes.addAll(foresight.doubling());
        }
        return changes;
    }

    /** For the start, a line each. @param demo whether the demo account is wanted */
    List<String> warnings(boolean demo) {
        List<String> warnings = new ArrayList<>(settings.warnings());
        warnings.addAll(ofModels());
        if (!isSandbox) {
            warnings.addAll(channels.warnings());
        }
        if (!demo) {
            warnings.addAll(DemoAccount.leftOver(store, clock.instant()));
        }
        if (isSandbox && store.kind().isReal()) {
            warnings.add(withoutUpstream());
        }
        return warnings;
    }

    /** Of this node, where the installation has a real upstream. */
    String withoutUpstream() {
        String name = store.nodeName();
        return (name.isEmpty() ? "this server" : "node " + name)
                + " has no real upstream, but this installation has had one: the sandbox answers its calls, and customers pay for them. Set"
                + " gemini.api-key or channels-file here; if the installation is to have none, run ./tollgate installation sandbox";
    }
}
