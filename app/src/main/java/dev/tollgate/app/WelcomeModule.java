package dev.tollgate.app;

import dev.tollgate.base.config.UpstreamProxy;
import dev.tollgate.models.FirstCall;
import dev.tollgate.models.prices.SetPrices;
import dev.tollgate.operator.cli.parts.Banner;
import dev.tollgate.portal.DemoAccount;
import dev.tollgate.portal.FirstKeys;
import dev.tollgate.running.Sweep;
import dev.tollgate.serving.UpstreamsModule;
import dev.tollgate.storage.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The text for the operator at a start: the first password and key, the demo account, what is about to cost money. Also looks for changes
 * that other servers have made.
 */
final class WelcomeModule {

    private static final Logger log = LoggerFactory.getLogger(WelcomeModule.class);

    private final Ground ground;
    private final BooksModule books;
    private final UpstreamsModule upstreams;
    private final @Nullable DemoAccount demo;
    private final FirstKeys first;
    private final Foretold foretold;

    /** @param demo null if no demo account is wanted */
    WelcomeModule(Ground ground, BooksModule books, UpstreamsModule upstreams, @Nullable DemoAccount demo) {
        this.ground = ground;
        this.books = books;
        this.upstreams = upstreams;
        this.demo = demo;
        this.first = FirstKeys.of(ground.portal(), books.portal());
        this.foretold = new Foretold(ground, books, upstreams);
    }

    FirstKeys first() {
        return first;
    }

    Foretold foretold() {
        return foretold;
    }

    List<Sweep> sweeps() {
        List<Sweep> sweeps = new ArrayList<>();
        if (!books.writer().isEmbedded()) {
            sweeps.add(new Sweep("look-at-changes", SetPrices.LOOK_EVERY, this::lookAtChanges));
        }
        sweeps.add(new Sweep("look-at-models", Foretold.LOOK_EVERY, foretold::look));
        return sweeps;
    }

    private void lookAtChanges() {
        try {
            books.stores().prices().look();
            books.stores()
                    .sold()
                    .look(books.writer(), books.node().sharedClock().instant());
            books.stores().settings().look();
            lookAtKind();
            first.file().look();
        } catch (StoreException e) {
            log.debug("what other servers have changed could not be read; trying again", e);
        }
    }

    private void lookAtKind() {
        boolean wasReal = books.kind().isReal();
        books.kind().look();
        if (!wasReal && books.kind().isReal() && upstreams.standIn() != null) {
            log.warn(foretold.withoutUpstream());
        }
    }

    /** @param url where this server is called */
    Banner banner(String url) {
        UpstreamProxy proxy = ground.settings().upstreamProxy();
        return new Banner(
                url,
                new Banner.Upstream(
                        upstreams.standIn() != null, upstreams.channels().shown()),
                proxy == null ? null : proxy.shown(),
                demo == null ? null : shown(demo, url),
                first.admin().made(),
                first.password(),
                foretold.warnings(demo != null));
    }

    private Banner.Demo shown(DemoAccount demo, String url) {
        String key = demo.secret();
        List<String> call = key == null
                ? List.of()
                : upstreams.models().lasting(ground.catalogue().answering()).stream()
                        .map(model -> FirstCall.of(url, key, model))
                        .flatMap(first -> Stream.concat(first.curl().lines(), Stream.of("# " + first.answer())))
                        .toList();
        return new Banner.Demo(DemoAccount.ID, demo.balanceMicros(books.stores().ledger()), key, call);
    }
}
