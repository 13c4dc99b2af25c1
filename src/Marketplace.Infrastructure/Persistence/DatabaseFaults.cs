using System.Data.Common;
using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Storage;

namespace Marketplace.Infrastructure.Persistence;

/// <summary>Which failures are the database's not being there, rather than the product's own.</summary>
public static class DatabaseFaults
{
    /// <summary>The server was tried again and didn't come back, all connections were taken for too long, or SQLite's file stayed locked.</summary>
    public static bool IsUnavailable(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is RetryLimitExceededException or SocketException
                or SqliteException { SqliteErrorCode: 5 or 6 }
                or DbException { IsTransient: true })
            {
                return true;
            }
        }

        return false;
    }
}
