package dev.tollgate.app;

import dev.tollgate.models.Catalogue;
import dev.tollgate.models.Foresight;
import dev.tollgate.models.prices.AccountPrices;
import dev.tollgate.portal.DemoAccount;
import dev.tollgate.serving.UpstreamsModule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The warnings for the operator about coming events and costs: models that retire, what is sold for less than it costs, a server without
 * an upstream. The start reports all of it, and later additions are logged once. Thread-safe.
 */
final class Foretold {

    static final Duration LOOK_EVERY = Duration.ofMinutes(1);

    private static final Logger log = LoggerFactory.getLogger(Foretold.class);

    private final Ground ground;
    private final BooksModule books;
    private final UpstreamsModule upstreams;
    private final boolean isSandbox;
    private final Set<String> told = ConcurrentHashMap.newKeySet();

    /** Takes the present warnings as known: the start's own text has them, so they are not logged. */
    Foretold(Ground ground, BooksModule books, UpstreamsModule upstreams) {
        this.ground = ground;
        this.books = books;
        this.upstreams = upstreams;
        this.isSandbox = upstreams.standIn() != null;
        told.addAll(ofModels());
    }

    private Foresight foresight(Catalogue catalogue) {
        return new Foresight(catalogue, upstreams.models(), ground.clock().instant());
    }

    /** Logs the warnings that were not reported yet. */
    void look() {
        ofModels().stream().filter(told::add).forEach(log::warn);
    }

    /** Returns the retirements of models and, if calls cost money, their consequences for the operator. The list changes while the program runs. */
    private List<String> ofModels() {
        Foresight foresight = foresight(ground.catalogue());
        List<String> sentences = new ArrayList<>();
        foresight.retirements().forEach(it -> sentences.add(it.english()));
        if (!isSandbox) {
            List<String> losses = foresight.losses();
            sentences.addAll(losses);
            sentences.addAll(lossesOfGroups(losses));
            sentences.addAll(foresight.withoutMargin());
            sentences.addAll(foresight.smallAnswers());
        }
        return sentences;
    }

    /** Returns the models that are sold below cost in a price group, and not at the standard price. */
    private List<String> lossesOfGroups(List<String> standard) {
        AccountPrices sold = books.stores().sold();
        return sold.groups().all().keySet().stream()
                .flatMap(name -> foresight(sold.inGroup(name)).losses().stream()
                        .filter(loss -> !standard.contains(loss))
                        .map(loss -> "In the price group " + name + " " + loss))
                .toList();
    }

    /** Returns the notices to customers about their models; the provider's prices only if calls cost the operator money. @param catalogue at their prices */
    List<Foresight.Change> changes(Catalogue catalogue) {
        return foresight(catalogue).changes(!isSandbox);
    }

    /** Returns the warnings for the start, a line each. @param demo whether the demo account is wanted */
    List<String> warnings(boolean demo) {
        List<String> warnings = new ArrayList<>(ground.settings().warnings());
        warnings.addAll(ofModels());
        if (!isSandbox) {
            warnings.addAll(upstreams.channels().warnings());
        }
        if (!demo) {
            warnings.addAll(
                    DemoAccount.leftOver(books.portal().stores(), ground.clock().instant()));
        }
        if (isSandbox && books.kind().isReal()) {
            warnings.add(withoutUpstream());
        }
        return warnings;
    }

    /** Returns the warning of a node without an upstream in an installation with a real one. */
    String withoutUpstream() {
        String name = books.node().name();
        return (name.isEmpty() ? "this server" : "node " + name)
                + " has no real upstream, but this installation has had one: the sandbox answers calls that customers pay for. Set"
                + " gemini.api-key or channels.file here. To use the sandbox only, run ./tollgate installation sandbox";
    }
}
