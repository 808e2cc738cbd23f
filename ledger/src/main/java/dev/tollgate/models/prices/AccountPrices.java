package dev.tollgate.models.prices;

import dev.tollgate.models.Catalogue;
import dev.tollgate.models.Model;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.SoldTo;
import dev.tollgate.models.lists.PricesHandler;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Writer;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The prices of accounts: their terms, their groups, and the catalogue at a group's prices. Thread-safe; a look-up does not block. */
public final class AccountPrices implements SoldTo {

    private final SetPrices prices;
    private final PriceGroups groups;
    private final AccountTerms terms;
    private volatile Catalogue standard = Catalogue.NONE;

    public AccountPrices(Database database, SetPrices prices) {
        this.prices = prices;
        this.groups = new PriceGroups(database, prices);
        this.terms = new AccountTerms(database);
    }

    public PriceGroups groups() {
        return groups;
    }

    public AccountTerms terms() {
        return terms;
    }

    @Override
    public Catalogue catalogue(String accountId, Instant at) {
        String group = terms.groupAt(accountId, at);
        return group.equals(STANDARD) ? standard : groups.catalogue(group);
    }

    @Override
    public Catalogue standard() {
        return standard;
    }

    @Override
    public Pricing past(String accountId, Model model, Instant at) {
        Pricing price = model.prices().at(at);
        String group = terms.newest(accountId) == null ? STANDARD : terms.groupThen(accountId, at);
        GroupVersion version = group.equals(STANDARD) ? null : groups.versionThen(group, at);
        return version == null ? price : version.factors().of(model.id(), price, version.mark());
    }

    @Override
    public boolean isStandardAlone() {
        return terms.isEmpty();
    }

    /** Returns the catalogue at a group's prices; the standard one for {@link #STANDARD}. */
    public Catalogue inGroup(String group) {
        return group.equals(STANDARD) ? standard : groups.catalogue(group);
    }

    @Override
    public String group(String accountId, Instant at) {
        return terms.groupAt(accountId, at);
    }

    @Override
    public int factor(String accountId, String modelId, Instant at) {
        PriceGroups.Group group = groups.find(terms.groupAt(accountId, at));
        GroupVersion version = group == null ? null : group.at(at);
        return version == null ? Pricing.GROUP_ONE : version.factors().of(modelId);
    }

    /** Returns a price that is or was on sale to an account; null if there was none with this version, or not for it. Blocks. */
    public PricesHandler.@Nullable Version onSale(String accountId, String version) {
        String group = Pricing.groupOf(version);
        return group == null || terms.wasIn(accountId, GroupVersion.nameOf(group)) ? prices.onSale(version) : null;
    }

    /** Applies groups and terms to a catalogue to which the prices that were set apply, and all later ones. Blocks. */
    public void applyTo(Catalogue catalogue) {
        standard = catalogue;
        groups.applyTo(catalogue);
        terms.take(terms.unread());
    }

    /** Records the prices of the catalogue in all groups, before the first call. Blocks. @throws dev.tollgate.storage.CannotOpen if a version means another price */
    public void record(Writer writer, Instant now) {
        groups.record(writer, now);
    }

    /** Applies groups and terms that any server has set since the last call. Blocks. */
    public void look(Writer writer, Instant now) {
        List<AccountTerms.Terms> unread = terms.unread(); // read first: their groups are there
        groups.look(writer, now);
        terms.take(unread);
    }

    /** Returns the part that writes standard prices, groups and terms. */
    public Part<?> part() {
        return PriceChange.part();
    }
}
