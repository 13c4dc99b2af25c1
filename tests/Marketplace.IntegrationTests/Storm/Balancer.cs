namespace Marketplace.IntegrationTests.Storm;

/// <summary>
/// Sends each request to the process in rotation that has the fewest under way, as a load balancer does. One that is taken out gets no
/// new ones and ends those that it has.
/// </summary>
internal sealed class Balancer(IReadOnlyList<Uri> processes) : DelegatingHandler(new SocketsHttpHandler())
{
    private readonly int[] _underWay = new int[processes.Count];
    private readonly bool[] _out = new bool[processes.Count];

    /// <summary>Takes one out of rotation and waits until it has nothing to do.</summary>
    public async Task DrainAsync(int index)
    {
        lock (_underWay)
        {
            _out[index] = true;
        }

        while (Volatile.Read(ref _underWay[index]) > 0)
        {
            await Task.Delay(10);
        }
    }

    public void PutBack(int index)
    {
        lock (_underWay)
        {
            _out[index] = false;
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        int index;
        lock (_underWay)
        {
            index = Enumerable.Range(0, processes.Count).Where(i => !_out[i]).MinBy(i => _underWay[i]);
            _underWay[index]++;
        }

        try
        {
            request.RequestUri = new(processes[index], request.RequestUri!.PathAndQuery);
            var response = await base.SendAsync(request, cancellationToken);
            await response.Content.LoadIntoBufferAsync(cancellationToken);
            return response;
        }
        finally
        {
            Interlocked.Decrement(ref _underWay[index]);
        }
    }
}
