package dev.tollgate.app;

import dev.tollgate.models.BelowCost;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.Foresight;
import dev.tollgate.models.Model;
import dev.tollgate.models.ModelChange;
import dev.tollgate.models.prices.AccountPrices;
import dev.tollgate.portal.DemoAccount;
import dev.tollgate.serving.UpstreamsModule;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The warnings for the operator about coming events and costs: models that retire, what is sold for less than it costs, a server without
 * an upstream. The start reports all of it, and later additions are logged once. Thread-safe.
 */
final class Foretold {

    static final Duration LOOK_EVERY = Duration.ofMinutes(1);

    /** Groups are looked at less often: 200 of them over 60 models take a second. */
    private static final Duration LOOK_AT_GROUPS_EVERY = Duration.ofMinutes(10);

    /** The most warnings about groups at a time; the console has all. */
    static final int OF_GROUPS_MAX = 20;

    private static final Logger log = LoggerFactory.getLogger(Foretold.class);

    private final Ground ground;
    private final BooksModule books;
    private final UpstreamsModule upstreams;
    private final boolean isSandbox;
    private final Set<String> told = ConcurrentHashMap.newKeySet();
    private volatile Instant groupsLookedAt = Instant.MIN;

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

    /** Logs the warnings that were not reported yet. The first look is the first at groups: a start does not wait for it. */
    void look() {
        ofModels().stream().filter(told::add).forEach(log::warn);
        Instant now = ground.clock().instant();
        if (!isSandbox && groupsLookedAt.isBefore(now.minus(LOOK_AT_GROUPS_EVERY))) {
            groupsLookedAt = now;
            ofGroups().stream().filter(told::add).forEach(log::warn);
        }
    }

    /** Returns the retirements of models and, if calls cost money, their consequences for the operator. The list changes while the program runs. */
    private List<String> ofModels() {
        Foresight foresight = foresight(ground.catalogue());
        List<String> sentences = new ArrayList<>();
        foresight.retirements().forEach(it -> sentences.add(it.english()));
        if (!isSandbox) {
            sentences.addAll(foresight.losses());
            sentences.addAll(foresight.withoutMargin());
            sentences.addAll(foresight.smallAnswers());
        }
        return sentences;
    }

    /** Returns a sentence for each model that is sold below cost in a price group with accounts, and not at the standard price; at most some of them. */
    private List<String> ofGroups() {
        Foresight standard = foresight(ground.catalogue());
        Set<String> known = ground.catalogue().all().stream()
                .filter(model -> !standard.losses(model).isEmpty())
                .map(Model::id)
                .collect(Collectors.toSet());
        AccountPrices sold = books.stores().sold();
        List<String> sentences = new ArrayList<>();
        int more = 0;
        for (String name : sold.terms().sizes(ground.clock().instant()).keySet()) {
            Foresight foresight = foresight(sold.inGroup(name));
            for (Model model : foresight.catalogue().all()) {
                List<BelowCost> losses = known.contains(model.id()) ? List.of() : foresight.losses(model);
                if (!losses.isEmpty() && sentences.size() < OF_GROUPS_MAX) {
                    sentences.add("In the price group " + name + " "
                            + foresight.sentence(losses.getFirst()).english());
                } else if (!losses.isEmpty()) {
                    more++;
                }
            }
        }
        if (more > 0) {
            sentences.add("Below cost in price groups: further models, " + more + " in all groups together.");
        }
        return sentences;
    }

    /** Returns the notices to customers about their models; the provider's prices only if calls cost the operator money. @param catalogue at their prices */
    List<ModelChange> changes(Catalogue catalogue) {
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
