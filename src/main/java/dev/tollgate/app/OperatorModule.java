package dev.tollgate.app;

import dev.tollgate.base.host.FileTrouble;
import dev.tollgate.books.auditlog.Actor;
import dev.tollgate.customers.figures.PlatformCalls;
import dev.tollgate.customers.figures.PlatformHistory;
import dev.tollgate.operator.admin.BooksCheck;
import dev.tollgate.operator.admin.ChannelDeeds;
import dev.tollgate.operator.admin.Deletions;
import dev.tollgate.operator.admin.OperatorLinks;
import dev.tollgate.operator.admin.OperatorSettings;
import dev.tollgate.operator.admin.OperatorVouchers;
import dev.tollgate.operator.admin.Prices;
import dev.tollgate.operator.admin.StoredAdministration;
import dev.tollgate.operator.cli.ControlSocket;
import dev.tollgate.storage.CannotOpen;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;

/**
 * What operators can do, by the API, the command line and the console alike.
 *
 * @param platform figures of all accounts together
 * @param calls lists of their calls
 */
public record OperatorModule(
        StoredAdministration administration,
        Deletions deletions,
        Prices prices,
        OperatorSettings settings,
        OperatorVouchers vouchers,
        BooksCheck booksCheck,
        ChannelDeeds channelDeeds,
        PlatformHistory platform,
        PlatformCalls calls) {

    static OperatorModule open(
            Ground ground, BooksModule books, UpstreamsModule upstreams, PeopleModule people, MoneyModule money) {
        UpstreamChannels channels = upstreams.channels();
        OperatorLinks.Making making = new OperatorLinks.Making(
                people.links(), ground.settings().pages().publicUrl());
        StoredAdministration administration =
                administration(books, ground.clock(), ground.random(), making, Actor.CONTROL_SOCKET, () -> {});
        return new OperatorModule(
                administration,
                new Deletions(administration.deeds(), people.leaving(), ground.clock()),
                new Prices(
                        ground.catalogue(),
                        upstreams.models(),
                        books.stores().prices(),
                        books.writer(),
                        ground.clock()),
                new OperatorSettings(ground.current(), books.writer(), ground.clock()),
                new OperatorVouchers(money.vouchers(), books.writer(), ground.clock()),
                new BooksCheck(books.database(), ground.clock()),
                new ChannelDeeds(
                        channels.hasFile(),
                        channels::reload,
                        upstreams.pool()::status,
                        upstreams.pool()::tryOut,
                        books.writer(),
                        ground.clock()),
                new PlatformHistory(books.database()),
                new PlatformCalls(books.database(), books.writer()));
    }

    /** @param closing closes what was opened for this administration alone */
    static StoredAdministration administration(
            BooksModule books,
            InstantSource clock,
            SecureRandom random,
            OperatorLinks.Making making,
            Actor actor,
            Runnable closing) {
        return new StoredAdministration(
                books.stores().ledger(),
                books.stores().keys(),
                books.people(),
                books.writer(),
                books.kind(),
                clock,
                random,
                making,
                actor,
                closing);
    }

    /** Lets commands of this machine reach the running server. */
    void openControl(Ground ground) {
        Path data = ground.settings().data();
        try {
            ground.opened().add(ControlSocket.start(data, administration), OperatorModule::close);
        } catch (IOException e) {
            throw new CannotOpen("The control socket in " + data + " cannot be made: " + FileTrouble.of(e) + ".", e);
        }
    }

    private static void close(ControlSocket control) {
        try {
            control.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
