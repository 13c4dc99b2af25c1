using Marketplace.IntegrationTests.Harness;

[assembly: AssemblyFixture(typeof(PostgresCluster))]
