package dev.tollgate.models;

import java.time.Instant;

/** The models that are sold to an account, and their prices (Z3): the catalogue at the prices of its price group. Thread-safe; does not block. */
public interface SoldTo {

    /** The group of an account without another: standard prices. */
    String STANDARD = "standard";

    /** Returns the catalogue at an account's prices at a time of the last day; without a group the standard catalogue itself. */
    Catalogue catalogue(String accountId, Instant at);

    /** Returns the name of the account's group at a time of the last day. */
    String group(String accountId, Instant at);

    /** Returns the factor of the account's group for a model at a time of the last day, in thousandths of the standard price. @param modelId in the catalogue */
    int factor(String accountId, String modelId, Instant at);

    /**
     * Returns the price of a model for an account at any past time, as far as the model's standard price of then is known. Blocks.
     *
     * @param model at standard prices
     */
    Pricing past(String accountId, Model model, Instant at);

    /** Returns whether all accounts pay standard prices. */
    boolean isStandardAlone();

    /** Returns the catalogue at standard prices, for those who have no account. */
    Catalogue standard();

    /** Returns a catalogue that is sold to all accounts alike. */
    static SoldTo all(Catalogue catalogue) {
        return new SoldTo() {
            @Override
            public Catalogue catalogue(String accountId, Instant at) {
                return catalogue;
            }

            @Override
            public String group(String accountId, Instant at) {
                return STANDARD;
            }

            @Override
            public int factor(String accountId, String modelId, Instant at) {
                return Pricing.GROUP_ONE;
            }

            @Override
            public Pricing past(String accountId, Model model, Instant at) {
                return model.prices().at(at);
            }

            @Override
            public boolean isStandardAlone() {
                return true;
            }

            @Override
            public Catalogue standard() {
                return catalogue;
            }
        };
    }
}
