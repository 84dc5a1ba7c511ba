/**
 * What every store must do, as tests: {@link berth.block.contract.StoreContract} is the whole, to be extended by each
 * store's module with a {@link berth.block.contract.StoreFixture}; {@link berth.block.contract.StoreOracle} compares a
 * store with {@link berth.block.contract.ModelStore}, a plain store in memory, over random sequences of operations.
 *
 * <p>The contracts state what the Javadoc of {@code berth.block} says and leave open what it leaves open: which blocks a
 * store keeps as data, for instance, as long as what it reports as zero is zero.
 */
@NullMarked
package berth.block.contract;

import org.jspecify.annotations.NullMarked;
